// What a person thinks of a batch's icons, and which they had drawn anew: see icons/web/choices.py.
import { idOf, keep, retag, theme, themes, themesOf } from "./tags.js";

export const APPROVED = "approved";
export const REJECTED = "rejected";

const REDRAWN = "redrawn:";
const VERDICTS = new Set([APPROVED, REJECTED]);

/** `verdict`: one of the above, or null to take theirs back. */
export const judge = (icons, verdict) =>
  retag(icons.map(idOf), verdict ? [theme(verdict)] : [], [...VERDICTS].filter((each) => each !== verdict).map(theme));

/** Shows `other` in the icon's place, or the icon itself again when it is null; `former` was there before. */
export async function replace(icon, other, former) {
  if (other) await keep(other);
  const place = (each) => (each ? [theme(`${REDRAWN}${idOf(each)}`)] : []);
  await retag([idOf(icon)], place(other), place(former));
}

export const verdictOf = async (icon) => verdictIn(await themesOf(icon));

/** What tags say of a batch's icon: {verdict, redrawn: id of the image in its place}; null where they say nothing. */
export function choiceIn(tags) {
  const texts = themes(tags);
  return { verdict: verdictIn(texts), redrawn: texts.find(isInternal)?.slice(REDRAWN.length) ?? null };
}

const verdictIn = (texts) => texts.find((each) => VERDICTS.has(each)) ?? null;

/** Whether a theme is the studio's own book-keeping. */
export const isInternal = (text) => text.startsWith(REDRAWN);
