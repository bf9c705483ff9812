// What single icons and batches have in common: how they shall look.
import { html } from "../core/html.js";
import { Segmented } from "./fields.js";
import { ColourPicker, StylePicker } from "./pickers.js";

export const LOOK = {
  style: "modern",
  color_scheme: "brand_colors",
  brand_colors: [],
  size: 512,
  format: "png",
  background: "auto",
  seed: 0,
};

const SIZES = [64, 128, 256, 512, 1024, 2048].map((each) => [each, String(each)]);
const FORMATS = [["png", "PNG"], ["svg", "SVG"], ["webp", "WebP"]];
const BACKGROUNDS = [["auto", "Auto"], ["transparent", "None"], ["tile", "Tile"], ["opaque", "Full"]];

export const newSeed = () => Math.floor(Math.random() * 2 ** 31);

/** `draft`: a signal of an object with the fields of LOOK. `problems`: field -> text. */
export function Look({ draft, problems = {} }) {
  const value = draft.value;
  const set = (change) => (draft.value = { ...draft.value, ...change });
  return html`<${StylePicker} value=${value.style} choose=${(style) => set({ style })} />
    <${ColourPicker} value=${value.color_scheme} brand=${value.brand_colors} problem=${problems.brand_colors}
      choose=${(color_scheme) => set({ color_scheme })} changeBrand=${(brand_colors) => set({ brand_colors })} />
    <div class="columns">
      <${Segmented} label="Size in px" options=${SIZES} value=${value.size} choose=${(size) => set({ size })} />
      <${Segmented} label="Background" options=${BACKGROUNDS} value=${value.background} choose=${(background) => set({ background })} />
      <${Segmented} label="Format" options=${FORMATS} value=${value.format} choose=${(format) => set({ format })} />
    </div>`;
}
