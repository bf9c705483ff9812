// Pictures as files: their names, and other formats than the one they are kept in.
import { file, hasSvg, svgOf } from "./api.js";
import { Failure } from "./failure.js";

const RASTER = { png: "image/png", webp: "image/webp", jpeg: "image/jpeg" };
const SHOWN = new Set(["png", "webp", "jpeg", "svg"]); // what a browser shows by itself
const NAMES = { webp: "WebP", webmanifest: "Manifest" };

export const ending = ({ filename }) => filename.split(".").at(-1);
export const isShown = (icon) => SHOWN.has(ending(icon));
export const formatName = (format) => NAMES[format] ?? format.toUpperCase();

/** "Office supplies" as "svg" -> "office-supplies.svg". */
export const fileName = (name, format) =>
  `${name.replace(/\.(png|jpe?g|webp|svg)$/i, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "picture"}.${format}`;

/** Formats that a finished icon can be had in, its own first. */
export function formatsOf(icon) {
  if (!isShown(icon)) return [ending(icon)];
  const again = hasSvg(icon) ? ["svg"] : [];
  return [...new Set([ending(icon), ...again, ...Object.keys(RASTER)])];
}

/** It as a Blob of a format. Its own comes as it is kept; pixels are converted here. Raises Failure. */
export async function blobOf(icon, format) {
  if (format === ending(icon)) return file(`/api/images/${icon.filename}`);
  if (format === "svg") return new Blob([await svgOf(icon)], { type: "image/svg+xml" });
  return converted(await file(`/api/images/${icon.filename}`), icon, format);
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

/** Saves a Blob under a name. */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
