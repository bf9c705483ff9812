// What the service offers to choose from; fetched once per visit.
import { computed, signal } from "@preact/signals";
import { get } from "./api.js";
import { notify } from "./notices.js";

export const styles = signal([]);
export const schemes = signal([]);
export const categories = signal([]); // the most asked-for of every group

/** [group, its categories][], in the service's order. */
export const groups = computed(() => [...Map.groupBy(categories.value, (each) => each.group)]);

export async function load() {
  if (styles.value.length) return;
  try {
    const [found, colours, known] = await Promise.all([
      get("/api/icons/styles"),
      get("/api/icons/color-schemes"),
      get("/api/icons/categories/suggestions", { limit: 100 }),
    ]);
    styles.value = found.styles;
    schemes.value = colours.color_schemes;
    categories.value = known.categories;
  } catch (error) {
    notify(error.message, "bad");
  }
}

export const suggest = async (typed) =>
  (await get("/api/icons/categories/suggestions", { q: typed.slice(0, 200), limit: 8 })).categories;

export const styleTitle = (name) => titleIn(styles.value, name);
export const schemeTitle = (name) => titleIn(schemes.value, name);

const titleIn = (entries, name) => entries.find((each) => each.name === name)?.title ?? name;
