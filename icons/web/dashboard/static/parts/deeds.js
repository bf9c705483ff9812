// Buttons for what is delicate: deeds that cannot be undone, and secrets that are copied.
import { useState } from "preact/hooks";
import { html } from "../core/html.js";
import { attempt, notify } from "../core/notices.js";
import { Glyph } from "./glyph.js";

/** What cannot be undone takes a second click. `deed`: "Delete"; `what` names its object for those who hear it. */
export function SureButton({ deed, what, glyph = "bin", act }) {
  const [sure, setSure] = useState(false);
  const words = sure ? `Really ${deed.toLowerCase()}` : deed;
  const onClick = () => {
    setSure(!sure);
    if (sure) act();
  };
  return html`<button type="button" class=${sure ? "button danger" : "button quiet"} aria-label="${words} ${what}" onClick=${onClick} onBlur=${() => setSure(false)}>
    <${Glyph} name=${glyph} />${words}
  </button>`;
}

/** A clipboard needs https or localhost; elsewhere the text is selected by a click and there is no button. */
export function CopyButton({ text, what }) {
  const copy = () => attempt(async () => {
    await navigator.clipboard.writeText(text);
    notify(`${what} copied.`);
  });
  return navigator.clipboard && html`<button type="button" class="button" onClick=${copy}><${Glyph} name="copy" />Copy ${what.toLowerCase()}</button>`;
}
