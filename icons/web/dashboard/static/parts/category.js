// The category's field: free text, with the service's suggestions as one types (WAI-ARIA combobox pattern).
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../core/html.js";
import { suggest } from "../core/library.js";
import { Field } from "./fields.js";

const PAUSE = 120; // ms without a key before suggestions are asked for

/** `change(text, category?)`: the category when a suggestion was picked. */
export function CategoryField({ value, problem, change, autofocus }) {
  const { offers, open, setOpen } = useOffers(value);
  const [active, setActive] = useState(-1);
  const list = useRef();
  const shown = open && offers.length > 0;

  function pick(category) {
    change(category.title, category);
    setOpen(false);
    setActive(-1);
  }

  function onKeyDown(event) {
    if (event.key === "Escape") setOpen(false);
    else if (event.key === "Enter" && shown && active >= 0) {
      event.preventDefault();
      pick(offers[active]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      setActive((active + (event.key === "ArrowDown" ? 1 : offers.length)) % Math.max(1, offers.length));
    }
  }

  useEffect(() => {
    const meant = offers.find(isTitle(value));
    if (meant) change(value, meant); // written out instead of picked
  }, [offers]);
  useEffect(() => list.current?.children[active]?.scrollIntoView({ block: "nearest" }), [active]);

  return html`<${Field} label="Category" problem=${problem}>
    ${(id, note) => html`<div class="combobox">
      <input id=${id} class="input large" role="combobox" autocomplete="off" autofocus=${autofocus} maxlength="200"
        aria-autocomplete="list" aria-expanded=${String(Boolean(shown))} aria-controls="${id}-list" aria-describedby=${note}
        aria-activedescendant=${shown && active >= 0 ? `${id}-${active}` : null}
        placeholder="Office supplies, cloud backup, pets…" value=${value}
        onInput=${(e) => (change(e.target.value), setOpen(true), setActive(-1))}
        onKeyDown=${onKeyDown} onBlur=${() => setOpen(false)} />
      <ul id="${id}-list" ref=${list} class="listbox" role="listbox" aria-label="Suggested categories" hidden=${!shown}>
        ${offers.map((each, index) => html`<li key=${each.name} id="${id}-${index}" role="option"
            aria-selected=${String(index === active)} onMouseDown=${(e) => (e.preventDefault(), pick(each))}>
            <span>${each.title}</span><small>${each.group}</small>
          </li>`)}
      </ul>
    </div>`}
  <//>`;
}

const isTitle = (text) => (category) => category.title.toLowerCase() === text.trim().toLowerCase();

/** Suggestions for a text; those of an older text never replace those of a newer one. */
function useOffers(text) {
  const [offers, setOffers] = useState([]);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (!open) return;
    let wanted = true;
    const timer = setTimeout(() => {
      suggest(text.trim()).then((found) => wanted && setOffers(found), () => wanted && setOffers([]));
    }, PAUSE);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [text, open]);
  return { offers, open, setOpen };
}
