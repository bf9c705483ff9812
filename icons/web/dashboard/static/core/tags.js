// Tags: what a person says of images, kept at the service, so that every browser shows it.
import { change, get, post } from "./api.js";
import { title } from "./words.js";

export const TAG_TYPES = ["THEME", "CHARACTER", "PERSONA", "CHAT"];

export const idOf = (icon) => icon.filename.split(".")[0];
export const tagText = ({ tagType, tagId }) => `${title(tagType.toLowerCase())}: ${tagId}`;

/** A tag of the kind that has no meaning but its text. */
export const theme = (tagId) => ({ tagType: "THEME", tagId });

/** Texts of the themes among tags. */
export const themes = (tags) => tags.filter((each) => each.tagType === "THEME").map((each) => each.tagId);

/** The image's themes: [text, ...]. */
export const themesOf = async (icon) => themes((await get(`/api/images/${idOf(icon)}`)).tags);

/** Puts tags on images and takes others off; what else was said of them stays. They are kept from then on. */
export const retag = (ids, add, remove = []) => post("/api/images/tags", { ids, add, remove });

/** A record of the gallery with one tag more, or one less. */
export const tagged = (picture, tag) => ({ ...untagged(picture, tag), tags: [...untagged(picture, tag).tags, tag] });
export const untagged = (picture, tag) => ({ ...picture, tags: picture.tags.filter((each) => tagText(each) !== tagText(tag)) });

/** The image stays until it is deleted by hand, though no batch and no cache remembers it. */
export const keep = (icon) => change(`/api/images/${idOf(icon)}`, {});

/** What an event says of an image, as its record has it: {id, name, tags}. */
export const changed = ({ image_id: id, name, tags }) => ({
  id,
  name,
  tags: tags.map((each) => ({ tagType: each.type, tagId: each.id })),
});
