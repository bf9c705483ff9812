// A modal dialog. The browser keeps the focus in it, closes it at Escape and puts the focus back.
import { useEffect, useRef } from "preact/hooks";
import { html } from "../core/html.js";
import { Glyph } from "./glyph.js";

/** A press on the ground beside it closes it, too; `onKeyDown` gets the keys that nothing in it has used. */
export function Dialog({ label, kind, close, onKeyDown, children }) {
  const dialog = useRef();
  useEffect(() => {
    dialog.current.showModal();
    return () => dialog.current?.close();
  }, []);
  return html`<dialog ref=${dialog} class=${kind} aria-label=${label} onClose=${close} onKeyDown=${onKeyDown}
    onMouseDown=${(e) => e.target === dialog.current && close()}>
    <div class="${kind}-body">
      ${children}
      <button type="button" class="button quiet icon-only dismiss" aria-label="Close" onClick=${close}><${Glyph} name="close" /></button>
    </div>
  </dialog>`;
}
