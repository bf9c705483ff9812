// What the service offers to choose from; fetched once per visit.
import { computed, signal } from "@preact/signals";
import { get } from "./api.js";
import { attempt } from "./notices.js";

const SUGGESTIONS = "/api/icons/categories/suggestions";

export const styles = signal([]);
export const schemes = signal([]);
export const categories = signal([]); // all of them, once `loadCategories` has been called

/** [group, its categories][], in the service's order. */
export const groups = computed(() => [...Map.groupBy(categories.value, (each) => each.group)]);

export async function load() {
  if (styles.value.length) return;
  await attempt(async () => {
    const [found, colours] = await Promise.all([get("/api/icons/styles"), get("/api/icons/color-schemes")]);
    styles.value = found.styles;
    schemes.value = colours.color_schemes;
  });
}

/** Some hundreds: for those who pick from them. Who types is served by `suggest`. */
export async function loadCategories() {
  if (categories.value.length) return;
  await attempt(async () => (categories.value = (await get(SUGGESTIONS, { limit: 1000 })).categories));
}

export const suggest = async (typed) =>
  (await get(SUGGESTIONS, { q: typed.slice(0, 200), limit: 8 })).categories;

export const styleTitle = (name) => titleIn(styles.value, name);
export const schemeTitle = (name) => titleIn(schemes.value, name);

const titleIn = (entries, name) => entries.find((each) => each.name === name)?.title ?? name;
