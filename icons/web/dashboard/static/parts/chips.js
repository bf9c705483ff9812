// A list of short texts as chips, typed or picked from suggestions.
import { useState } from "preact/hooks";
import { html } from "../core/html.js";
import { Field } from "./fields.js";
import { Glyph } from "./glyph.js";

const MAX_LENGTH = 60; // the API's bound of an element

/** `values` and `suggestions`: [text, ...]; `change(values)`. */
export function Chips({ label, values, suggestions = [], most, placeholder, problem, change }) {
  const [typed, type] = useState("");
  const isNew = (text) => !values.some((each) => each.toLowerCase() === text.toLowerCase());
  const full = values.length >= most;

  function add(text) {
    const fresh = text.split(",").map((each) => each.trim().slice(0, MAX_LENGTH)).filter((each) => each && isNew(each));
    if (fresh.length) change([...values, ...new Set(fresh)].slice(0, most));
    type("");
  }

  function onKeyDown(event) {
    if (event.key === "Enter" || event.key === ",") {
      if (!typed.trim()) return;
      event.preventDefault();
      add(typed);
    } else if (event.key === "Backspace" && !typed) change(values.slice(0, -1));
  }

  return html`<${Field} label=${label} problem=${problem}>
    ${(id, note) => html`<div class="chips input">
        ${values.map((each) => html`<${Chip} key=${each} text=${each} drop=${() => change(values.filter((other) => other !== each))} />`)}
        <input id=${id} aria-describedby=${note} value=${typed} placeholder=${values.length ? "" : placeholder}
          disabled=${full} onInput=${(e) => type(e.target.value)} onKeyDown=${onKeyDown} onBlur=${() => add(typed)} />
      </div>
      ${!full && html`<${Offers} offers=${suggestions.filter(isNew).slice(0, 6)} add=${add} />`}`}
  <//>`;
}

function Chip({ text, drop }) {
  return html`<span class="chip">
    ${text}
    <button type="button" aria-label=${`Remove ${text}`} onClick=${drop}><${Glyph} name="close" size="14" /></button>
  </span>`;
}

function Offers({ offers, add }) {
  return offers.length > 0 && html`<div class="offers" role="group" aria-label="Suggested objects">
    ${offers.map((each) => html`<button key=${each} type="button" class="offer" onClick=${() => add(each)}>+ ${each}</button>`)}
  </div>`;
}
