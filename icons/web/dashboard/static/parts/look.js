// What single icons and batches have in common: how they shall look.
import { abilities, engines } from "../core/engines.js";
import { html } from "../core/html.js";
import { EnginePicker } from "./engine.js";
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

/**
 * `draft`: a signal of an object with the fields of LOOK and, where not left to the service, `provider`, `model` and
 * `quality`. `problems`: field -> text.
 */
export function Look({ draft, problems = {} }) {
  const value = draft.value;
  const { vector, most, cutsOut } = abilities(value);
  const set = (change) => (draft.value = allowed({ ...draft.value, ...change }));
  return html`<${StylePicker} value=${value.style} choose=${(style) => set({ style })} />
    <${ColourPicker} value=${value.color_scheme} brand=${value.brand_colors} problem=${problems.brand_colors}
      choose=${(color_scheme) => set({ color_scheme })} changeBrand=${(brand_colors) => set({ brand_colors })} />
    <${EnginePicker} value=${value} set=${set} problems=${problems} />
    <div class="columns">
      <${Segmented} label="Size in px" options=${SIZES.filter(([each]) => each <= most)} value=${value.size} choose=${(size) => set({ size })} />
      <${Segmented} label="Background" options=${BACKGROUNDS} value=${value.background} choose=${(background) => set({ background })} />
      <${Segmented} label="Format" options=${FORMATS.filter(([each]) => vector || each !== "svg")} value=${value.format} choose=${(format) => set({ format })} />
    </div>
    ${!cutsOut && ["transparent", "tile"].includes(value.background) &&
    html`<p class="note">This model always paints a background; the studio cuts the icon out of it.</p>`}`;
}

/** The draft with what its engine and model do not allow put right. */
function allowed(draft) {
  const { vector, most, qualities } = abilities(draft);
  const isKnown = !draft.provider || !engines.value.length || engines.value.some((each) => each.value === draft.provider);
  const { provider, model, quality, ...look } = draft;
  return {
    ...look,
    ...(isKnown && { provider, model }),
    ...(qualities.includes(quality) && { quality }),
    format: look.format === "svg" && !vector ? "png" : look.format,
    size: look.size <= most ? look.size : SIZES.map(([each]) => each).findLast((each) => each <= most),
  };
}
