// Pictures of the gallery: their words, their addresses, and their files in other formats.
import { file, hasSvg, svgOf } from "./api.js";
import { Failure } from "./failure.js";
import { engines } from "./engines.js";
import { isInternal } from "./verdicts.js";
import { title } from "./words.js";

const RASTER = { png: "image/png", webp: "image/webp", jpeg: "image/jpeg" };
const SHOWN = new Set(["png", "webp", "jpeg", "svg"]); // what a browser shows by itself

/** The record of the API in the shape of a finished icon, which thumbnails and downloads take. */
export const asIcon = ({ url, filename, width, height, size, icon, provider, generationModel }) => ({
  image_url: url,
  filename,
  width,
  height,
  bytes: size,
  metadata: {
    ...(icon && {
      category: icon.category,
      style: icon.style,
      color_scheme: icon.colorScheme,
      custom_elements: icon.customElements,
      brand_colors: icon.brandColors,
      background: icon.background,
      seed: icon.seed,
      variation: icon.variation,
      size: Math.max(width, height),
      format: "png",
    }),
    provider,
    model: generationModel,
  },
});

export const ending = ({ filename }) => filename.split(".").at(-1);
export const isShown = (picture) => SHOWN.has(ending(picture));

/** What a picture is called: its own name, else what it was drawn for. */
export function nameOf({ name, icon, generationPrompt }) {
  return name || (icon && title(icon.category)) || generationPrompt || "Untitled";
}

export const fileName = (picture, format) =>
  `${nameOf(picture).replace(/\.(png|jpe?g|webp|svg)$/i, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "picture"}.${format}`;

/** Who drew it: one of the operator's providers, or a connection, which may have been deleted since. */
export function makerOf({ profileId, provider }) {
  const name = profileId ?? provider;
  if (!name) return "";
  return engines.value.find((each) => each.value === name)?.title ?? (/^[0-9a-f-]{36}$/.test(name) ? "A deleted connection" : title(name));
}

/** Formats that a picture can be had in, its own first. */
export function formatsOf(picture) {
  const own = ending(picture);
  if (!isShown(picture)) return [own];
  const again = hasSvg(asIcon(picture)) ? ["svg"] : [];
  return [...new Set([own, ...Object.keys(RASTER), ...again])];
}

/** The picture as a Blob of a format. Its own comes as it is kept; pixels are converted here. Raises Failure. */
export async function blobOf(picture, format) {
  if (format === ending(picture)) return file(`/api/images/${picture.filename}`);
  if (format === "svg") return new Blob([await svgOf(asIcon(picture))], { type: "image/svg+xml" });
  return converted(await file(`/api/images/${picture.filename}`), picture, format);
}

async function converted(blob, { width, height }, format) {
  const address = URL.createObjectURL(blob);
  try {
    const image = Object.assign(new Image(), { src: address });
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    if (format === "jpeg") {
      context.fillStyle = "#fff"; // JPEG knows no transparency
      context.fillRect(0, 0, width, height);
    }
    context.drawImage(image, 0, 0, width, height);
    return await new Promise((done) => canvas.toBlob(done, RASTER[format], format === "webp" ? 1 : 0.92));
  } catch {
    throw new Failure(`This browser cannot make a ${format.toUpperCase()} of it. Download it as ${blob.type.split("/")[1].toUpperCase()}.`);
  } finally {
    URL.revokeObjectURL(address);
  }
}

// Tags

export const TAG_TYPES = ["THEME", "CHARACTER", "PERSONA", "CHAT"];

/** What people read of a tag; the service's own notes about batches are none. */
export const isNote = ({ tagId }) => isInternal(tagId);
export const tagText = ({ tagType, tagId }) => `${title(tagType.toLowerCase())}: ${tagId}`;
