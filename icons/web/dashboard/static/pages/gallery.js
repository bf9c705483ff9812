// Gallery: every picture of the account, however it came here.
import { useEffect, useState } from "preact/hooks";
import { chunks } from "../core/api.js";
import { loadEngines } from "../core/engines.js";
import { classes, html } from "../core/html.js";
import { attempt, notify } from "../core/notices.js";
import { place } from "../core/router.js";
import { retag, tagged, tagText } from "../core/tags.js";
import { plural } from "../core/words.js";
import { Empty } from "../parts/fields.js";
import { Glyph } from "../parts/glyph.js";
import { bring, Bringing, useDrop } from "./gallery/bringing.js";
import { Detail } from "./gallery/detail.js";
import { clear, Filters } from "./gallery/filters.js";
import { useFound } from "./gallery/found.js";
import { Grid } from "./gallery/grid.js";
import { hidden, remove } from "./gallery/removal.js";
import { isFiltered, searchOf } from "./gallery/search.js";
import { NewTag } from "./gallery/tags.js";

const AT_ONCE = 1000; // pictures that are tagged by one request: the API's most

export function GalleryPage() {
  const search = searchOf(place.value.query);
  const found = useFound(search);
  const pictures = found.pictures.filter((each) => !hidden.value.has(each.id));
  const total = found.total === null ? null : found.total - (found.pictures.length - pictures.length);
  const choice = useChoice(pictures);
  const [shown, show] = useState(null); // the picture in the dialog
  const [adding, add] = useState(false);
  const drop = useDrop((files) => (add(true), bring(files, found.refresh)));
  useEffect(() => void loadEngines(), []);
  return html`<div class=${classes("page gallery", { over: drop.over })} ...${drop.handlers}>
    <header class="headline">
      <h1>Gallery</h1>
      <p class="note" role="status">${total === null ? "Loading…" : plural(total, "picture")}</p>
      <div class="actions"><button type="button" class="button primary" onClick=${() => add(true)}><${Glyph} name="plus" />Add pictures</button></div>
    </header>
    <${Filters} search=${search} version=${found.total} />
    ${found.news > 0 && html`<button type="button" class="button news" onClick=${found.refresh}><${Glyph} name="again" />Show ${plural(found.news, "new picture")}</button>`}
    ${total === 0 && html`<${Nothing} filtered=${isFiltered(search)} />`}
    <${Grid} pictures=${pictures} total=${total} chosen=${choice.ids} choose=${choice.choose} put=${found.put} more=${found.more}
      show=${(index) => show(pictures[index])} />
    ${choice.ids.size > 0 && html`<${Chosen} choice=${choice} pictures=${pictures} put=${found.put} />`}
    ${shown && html`<${Opened} picture=${pictures.find((each) => each.id === shown.id) ?? shown} show=${show} pictures=${pictures} found=${found} />`}
    ${adding && html`<${Bringing} close=${() => add(false)} arrived=${found.refresh} />`}
  </div>`;
}

function Nothing({ filtered }) {
  return filtered
    ? html`<${Empty} glyph="gallery" title="Nothing fits">Search for fewer words, or <button type="button" class="link" onClick=${clear}>clear the filters</button>.<//>`
    : html`<${Empty} glyph="gallery" title="No pictures yet">What you <a href="#/generate">generate</a> is kept here, and what you add.<//>`;
}

function Opened({ picture, show, pictures, found }) {
  const at = pictures.findIndex((each) => each.id === picture.id);
  const step = (way) => pictures.length && show(pictures[(Math.max(at, 0) + way + pictures.length) % pictures.length]);
  const put = (fresh) => {
    found.put(fresh);
    show(fresh);
  };
  const drawn = (records) => {
    show(records[0]);
    found.refresh();
  };
  const removeIt = () => {
    remove([picture.id]);
    show(null);
  };
  return html`<${Detail} picture=${picture} close=${() => show(null)} step=${step} put=${put} open=${show} drawn=${drawn} remove=${removeIt} />`;
}

/** What can be done with several pictures. */
function Chosen({ choice, pictures, put }) {
  const [tagging, tag] = useState(false);
  const chosen = pictures.filter((each) => choice.ids.has(each.id));
  const tagAll = (added) => attempt(async () => {
    for (const some of chunks(chosen, AT_ONCE)) await retag(some.map((each) => each.id), [added]);
    for (const each of chosen) put(tagged(each, added));
    notify(`${plural(chosen.length, "picture")} tagged “${tagText(added)}”.`);
    tag(false);
  });
  return html`<div class="chosen-bar" role="region" aria-label="Chosen pictures">
    <p role="status"><strong>${plural(chosen.length, "picture")} chosen</strong></p>
    <div class="actions">
      ${chosen.length < pictures.length && html`<button type="button" class="button quiet" onClick=${choice.all}>Choose all shown</button>`}
      <button type="button" class="button" aria-expanded=${String(tagging)} onClick=${() => tag(!tagging)}><${Glyph} name="plus" size="16" />Tag</button>
      <button type="button" class="button" onClick=${() => (remove(chosen.map((each) => each.id)), choice.none())}><${Glyph} name="bin" />Delete</button>
      <button type="button" class="button quiet" onClick=${choice.none}>Done</button>
    </div>
    ${tagging && html`<${NewTag} add=${tagAll} />`}
  </div>`;
}

/** Several pictures chosen: {ids, choose(index, isRange), all(), none()}. Escape lets go of them. */
function useChoice(pictures) {
  const [ids, setIds] = useState(new Set());
  const [last, setLast] = useState(0);
  const none = () => setIds(new Set());
  useEffect(() => {
    const onKeyDown = (event) => event.key === "Escape" && !document.querySelector("dialog[open]") && none();
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
  const choose = (index, isRange) => {
    const [from, to] = isRange ? [Math.min(last, index), Math.max(last, index)] : [index, index];
    const range = pictures.slice(from, to + 1).map((each) => each.id);
    const isOn = !ids.has(pictures[index].id);
    setIds(new Set(isOn ? [...ids, ...range] : [...ids].filter((each) => !range.includes(each))));
    setLast(index);
  };
  return { ids, choose, none, all: () => setIds(new Set(pictures.map((each) => each.id))) };
}
