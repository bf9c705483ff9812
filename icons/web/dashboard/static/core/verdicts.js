// What a person thinks of a batch's icons, and which they had drawn anew: see icons/web/choices.py.
import { idOf, keep, retag, retheme } from "./themes.js";

export const APPROVED = "approved";
export const REJECTED = "rejected";

const REDRAWN = "redrawn:";
const VERDICTS = new Set([APPROVED, REJECTED]);

/** `verdict`: one of the above, or null to take theirs back. */
export const judge = (icons, verdict) =>
  retag(icons, verdict ? [verdict] : [], [...VERDICTS].filter((each) => each !== verdict));

/** Shows `other` in the icon's place, or the icon itself again when it is null; resolves to the icon's own verdict. */
export async function replace(icon, other) {
  if (other) await keep(other);
  const place = other ? [`${REDRAWN}${idOf(other)}`] : [];
  const themes = await retheme(icon, (old) => [...old.filter((each) => !each.startsWith(REDRAWN)), ...place]);
  return themes.find((each) => VERDICTS.has(each)) ?? null;
}

/** Whether a theme is the studio's own book-keeping. */
export const isInternal = (theme) => theme.startsWith(REDRAWN);
