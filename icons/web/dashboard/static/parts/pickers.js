// Pickers of what an icon looks like: style by sample, colour scheme by swatch, brand colours.
import { useId, useState } from "preact/hooks";
import { html } from "../core/html.js";
import { schemes, styles } from "../core/library.js";
import { own } from "../core/own.js";
import { Group } from "./fields.js";
import { Glyph } from "./glyph.js";

const MAX_BRAND = 6; // the API's bound
const FIRST_BRAND = ["#4f46e5", "#06b6d4", "#f59e0b", "#db2777", "#16a34a", "#334155"];

export function StylePicker({ value, choose }) {
  const name = useId();
  return html`<${Group} label="Style" aside=${styles.value.find((each) => each.name === value)?.title}>
    <div class="style-grid">
      ${styles.value.map((each) => html`<label key=${each.name} class="style-card" title=${each.description}>
          <input type="radio" name=${name} value=${each.name} checked=${each.name === value} onChange=${() => choose(each.name)} />
          <${Sample} style=${each} /><span>${each.title}</span>
        </label>`)}
    </div>
  <//>`;
}

/** A picture of the style; its first letter where an operator's own style has none. */
function Sample({ style }) {
  const [missing, miss] = useState(false);
  if (missing) return html`<span class="sample letter" aria-hidden="true">${style.title.charAt(0)}</span>`;
  return html`<img class="sample" src=${own(`samples/${style.name}.webp`)} alt="" width="96" height="96"
    loading="lazy" onError=${() => miss(true)} />`;
}

/** With the brand's colours where the chosen scheme takes them. */
export function ColourPicker({ value, brand, problem, choose, changeBrand }) {
  const name = useId();
  const chosen = schemes.value.find((each) => each.name === value);
  return html`<${Group} label="Colours" aside=${chosen?.title}>
    <div class="scheme-grid">
      ${schemes.value.map((each) => html`<label key=${each.name} class="scheme-card" title="${each.title}: ${each.description}">
          <input type="radio" name=${name} value=${each.name} checked=${each.name === value} onChange=${() => choose(each.name)} />
          <${Swatch} colours=${each.branded && brand.length ? brand : each.palettes[0]} />
          <span class="unseen">${each.title}</span>
        </label>`)}
    </div>
    ${chosen?.branded && html`<${BrandColours} values=${brand} change=${changeBrand} />`}
    ${problem && html`<p class="note wrong">${problem}</p>`}
  <//>`;
}

function Swatch({ colours }) {
  return html`<svg class="swatch" viewBox="0 0 36 36" aria-hidden="true">
    <rect width="36" height="36" fill=${colours[0]} />
    <rect x="18" width="18" height="36" fill=${colours[1] ?? colours[0]} />
    <rect x="18" y="18" width="18" height="18" fill=${colours[2] ?? colours[1] ?? colours[0]} />
  </svg>`;
}

function BrandColours({ values, change }) {
  const replace = (index, colour) => change(values.map((each, at) => (at === index ? colour : each)));
  return html`<div class="brand" role="group" aria-label="Brand colours">
    ${values.map((each, index) => html`<span key=${index} class="brand-colour">
        <input type="color" aria-label="Brand colour ${index + 1}" value=${each} onInput=${(e) => replace(index, e.target.value)} />
        <input class="hex" aria-label="Brand colour ${index + 1} as hex" value=${each} maxlength="7" spellcheck=${false}
          onChange=${(e) => (isColour(e.target.value) ? replace(index, full(e.target.value)) : (e.target.value = each))} />
        <button type="button" aria-label="Remove brand colour ${index + 1}" onClick=${() => change(values.filter((_, at) => at !== index))}>
          <${Glyph} name="close" size="14" />
        </button>
      </span>`)}
    ${values.length < MAX_BRAND && html`<button type="button" class="offer" onClick=${() => change([...values, FIRST_BRAND[values.length]])}>
        + ${values.length ? "Colour" : "Your brand colours"}
      </button>`}
  </div>`;
}

const isColour = (text) => /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text.trim());

/** "ABC" -> "#aabbcc". */
function full(text) {
  const digits = text.trim().replace("#", "").toLowerCase();
  return `#${digits.length === 3 ? [...digits].map((each) => each + each).join("") : digits}`;
}
