// Pictures of the gallery: their words, and their shape as finished icons.
import { engines } from "./engines.js";
import { isInternal } from "./verdicts.js";
import { title } from "./words.js";

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

/** What a picture is called: its own name, else what it was drawn for. */
export function nameOf({ name, icon, generationPrompt }) {
  return name || (icon && title(icon.category)) || generationPrompt || "Untitled";
}

/** Who drew it: one of the operator's providers, or a connection, which may have been deleted since. */
export function makerOf({ profileId, provider }) {
  const name = profileId ?? provider;
  if (!name) return "";
  return engines.value.find((each) => each.value === name)?.title ?? (/^[0-9a-f-]{36}$/.test(name) ? "A deleted connection" : title(name));
}

/** Whether a tag is the service's own note about batches, which people do not read. */
export const isNote = ({ tagId }) => isInternal(tagId);
