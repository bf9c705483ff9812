// A finished icon, large, in a modal dialog.
import { html } from "../core/html.js";
import { title } from "../core/words.js";
import { Actions, Facts } from "./artwork.js";
import { Dialog } from "./dialog.js";
import { Glyph } from "./glyph.js";

/** `step(-1 | 1)` goes to its neighbour; `buttons` go beside those that every icon has, `children` above them. */
export function Viewer({ icon, close, step, buttons, children }) {
  const name = title(icon.metadata.category);
  const onKeyDown = (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way) step(way);
  };
  return html`<${Dialog} label=${name} kind="viewer" close=${close} onKeyDown=${onKeyDown}>
    <div class="viewer-picture">
      <div class="stage"><img src=${icon.image_url} alt=${name} /></div>
      <${Steps} what="icon" step=${step} />
    </div>
    <div class="viewer-text">
      <h2>${name}</h2>
      ${children}
      <${Facts} icon=${icon} />
      <${Actions} icon=${icon} name=${name}>${buttons}<//>
    </div>
  <//>`;
}

/** Below a large picture: to its neighbours. `what`: what they are. */
export function Steps({ what, step }) {
  return html`<div class="steps">
    <button type="button" class="button quiet" aria-label="Previous ${what}" onClick=${() => step(-1)}><${Glyph} name="back" />Previous</button>
    <button type="button" class="button quiet" aria-label="Next ${what}" onClick=${() => step(1)}>Next<${Glyph} name="next" /></button>
  </div>`;
}
