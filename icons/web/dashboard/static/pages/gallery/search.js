// What is looked for in the gallery. It stands in the address: reload, back and a copied link show the same.
import { place } from "../../core/router.js";

const FIELDS = ["q", "sort", "style", "colorScheme", "source", "drawnBy", "tag", "from", "to", "jobId"];

/** {q: "cat", style: "flat", ...} of what is set. */
export function searchOf(query) {
  return Object.fromEntries(FIELDS.map((name) => [name, query.get(name)]).filter(([, value]) => value));
}

/** Changes some of it; empty values are left out. */
export function look(changes) {
  const wish = Object.entries({ ...searchOf(place.value.query), ...changes }).filter(([, value]) => value);
  location.replace(wish.length ? `#/gallery?${new URLSearchParams(wish)}` : "#/gallery");
}

export const isFiltered = ({ sort, ...rest }) => Object.keys(rest).length > 0;

/** As the API asks for it. Days are the person's own, not UTC's. */
export function wire({ drawnBy = "", tag = "", from, to, ...search }) {
  const [kind, ...name] = drawnBy.split(":");
  const [tagType, ...tagId] = tag.split(":");
  return {
    ...search,
    ...(drawnBy && { [kind]: name.join(":") }),
    ...(tag && { tagType, tagId: tagId.join(":") }),
    ...(from && { since: new Date(`${from}T00:00`).toISOString() }),
    ...(to && { until: dayAfter(to).toISOString() }),
  };
}

function dayAfter(day) {
  const date = new Date(`${day}T00:00`);
  date.setDate(date.getDate() + 1);
  return date;
}
