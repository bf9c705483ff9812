// What a person says of images: tags of type THEME, kept at the service, so that every browser shows them.
import { change, get, post } from "./api.js";

const THEME = "THEME";

export const idOf = (icon) => icon.filename.split(".")[0];

/** The image's themes: [text, ...]. */
export async function themesOf(icon) {
  return themes((await get(`/api/images/${idOf(icon)}`)).tags);
}

/** Has `next(themes)` say the image's new themes; resolves to them. The image is kept from then on. */
export async function retheme(icon, next) {
  const path = `/api/images/${idOf(icon)}`;
  const { tags } = await get(path);
  const others = tags.filter((each) => each.tagType !== THEME);
  const wanted = next(themes(tags)).map((tagId) => ({ tagType: THEME, tagId }));
  return themes((await change(path, { tags: [...others, ...wanted] })).tags);
}

/** Puts themes on images and takes others off; what else was said of them stays. They are kept from then on. */
export function retag(icons, add, remove) {
  const tags = (texts) => texts.map((tagId) => ({ tagType: THEME, tagId }));
  return post("/api/images/tags", { ids: icons.map(idOf), add: tags(add), remove: tags(remove) });
}

/** The image stays until it is deleted by hand, though no batch and no cache remembers it. */
export const keep = (icon) => change(`/api/images/${idOf(icon)}`, {});

const themes = (tags) => tags.filter((each) => each.tagType === THEME).map((each) => each.tagId);
