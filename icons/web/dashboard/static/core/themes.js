// What a person says of images: tags of type THEME, kept at the service, so that every browser shows them.
import { change, get } from "./api.js";

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

/** The image stays until it is deleted by hand, though no batch and no cache remembers it. */
export const keep = (icon) => change(`/api/images/${idOf(icon)}`, {});

const themes = (tags) => tags.filter((each) => each.tagType === THEME).map((each) => each.tagId);
