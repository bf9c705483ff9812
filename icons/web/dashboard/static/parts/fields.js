// Form fields: a label, a control, what is wrong with it.
import { useId } from "preact/hooks";
import { classes, html } from "../core/html.js";
import { Glyph } from "./glyph.js";

/** `children`: a function (id, describedBy) -> the control. `problem`: what the service says about the field. */
export function Field({ label, hint, problem, children }) {
  const id = useId();
  const note = problem ?? hint;
  return html`<div class=${classes("field", { wrong: problem })}>
    <label class="label" for=${id}>${label}</label>
    ${children(id, note && `${id}-note`)}
    ${note && html`<p class="note" id="${id}-note">${note}</p>`}
  </div>`;
}

/** Several controls under one heading; `aside` says what is chosen. */
export function Group({ label, aside, children }) {
  return html`<fieldset class="group">
    <legend class="label">${label}${aside && html`<span class="aside">${aside}</span>`}</legend>
    ${children}
  </fieldset>`;
}

/** One of a few values, side by side. `options`: [[value, text], ...]. */
export function Segmented({ label, options, value, choose }) {
  const name = useId();
  return html`<fieldset class="group">
    <legend class="label">${label}</legend>
    <div class="segmented">
      ${options.map(
        ([each, text]) =>
          html`<label key=${each} class="segment">
            <input type="radio" name=${name} value=${each} checked=${each === value} onChange=${() => choose(each)} />
            <span>${text}</span>
          </label>`,
      )}
    </div>
  </fieldset>`;
}

/** A whole number with buttons beside it. */
export function Stepper({ label, value, least = 1, most, choose }) {
  const bounded = (wish) => choose(Math.min(most, Math.max(least, Math.round(wish) || least)));
  return html`<${Field} label=${label}>
    ${(id) => html`<div class="stepper">
      <button type="button" class="button quiet icon-only" aria-label="Fewer" disabled=${value <= least}
        onClick=${() => bounded(value - 1)}>−</button>
      <input id=${id} class="input" inputmode="numeric" value=${value} onChange=${(e) => bounded(+e.target.value)} />
      <button type="button" class="button quiet icon-only" aria-label="More" disabled=${value >= most}
        onClick=${() => bounded(value + 1)}><${Glyph} name="plus" size="16" /></button>
    </div>`}
  <//>`;
}

/** A text that says what to do when there is nothing to show. */
export function Empty({ glyph, title, children }) {
  return html`<div class="empty">
    <${Glyph} name=${glyph} size="32" />
    <h2>${title}</h2>
    <p>${children}</p>
  </div>`;
}
