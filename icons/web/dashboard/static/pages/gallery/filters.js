// Searching and filtering the gallery.
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../../core/api.js";
import { html } from "../../core/html.js";
import { schemes, styles } from "../../core/library.js";
import { isNote, makerOf } from "../../core/pictures.js";
import { tagText } from "../../core/tags.js";
import { Field } from "../../parts/fields.js";
import { Glyph } from "../../parts/glyph.js";
import { isFiltered, look } from "./search.js";

const PAUSE = 250; // ms without a key before the search is made
const SOURCES = [["generated", "Generated"], ["upload", "Uploaded"], ["import", "Imported"]];
const SORTS = [["", "Newest first"], ["oldest", "Oldest first"], ["name", "By name"], ["largest", "Largest file first"]];

/** `search`: see search.js. `version`: changes when pictures have come or gone, and with them what can be asked for. */
export function Filters({ search, version }) {
  const facets = useFacets(version);
  const { q, sort, jobId, ...rest } = search;
  const set = Object.keys(rest).length;
  const [open, setOpen] = useState(set > 0);
  return html`<form class="gallery-search" role="search" onSubmit=${(event) => event.preventDefault()}>
    <${SearchField} value=${q ?? ""} />
    <${Choice} label="Sort" value=${sort} options=${SORTS} choose=${(value) => look({ sort: value })} />
    <button type="button" class="button" aria-expanded=${String(open)} aria-controls="gallery-filters" onClick=${() => setOpen(!open)}>
      <${Glyph} name="settings" />Filters${set ? ` · ${set}` : ""}
    </button>
    <div id="gallery-filters" class="gallery-filters" hidden=${!open}>
      <${Choice} label="Style" value=${search.style} options=${named(styles.value)} any="Any style" choose=${(style) => look({ style })} />
      <${Choice} label="Colours" value=${search.colorScheme} options=${named(schemes.value)} any="Any colours" choose=${(colorScheme) => look({ colorScheme })} />
      <${Choice} label="Source" value=${search.source} options=${SOURCES} any="Any source" choose=${(source) => look({ source })} />
      <${DrawnBy} facets=${facets} value=${search.drawnBy} />
      <${Choice} label="Tag" value=${search.tag} options=${tagOptions(facets)} any="Any tag" choose=${(tag) => look({ tag })} />
      <${Day} label="From" value=${search.from} most=${search.to} choose=${(from) => look({ from })} />
      <${Day} label="To" value=${search.to} least=${search.from} choose=${(to) => look({ to })} />
      ${isFiltered(search) && html`<button type="button" class="button quiet" onClick=${clear}><${Glyph} name="close" size="16" />Clear</button>`}
    </div>
  </form>`;
}

export function clear() {
  location.replace("#/gallery");
}

const named = (entries) => entries.map((each) => [each.name, each.title]);
const tagOptions = ({ tags }) =>
  tags.filter((each) => !isNote(each)).map((each) => [`${each.tagType}:${each.tagId}`, `${tagText(each)} (${each.count})`]);

/** Searches as one types; what the address says from outside (clear, back) is shown. */
function SearchField({ value }) {
  const [typed, type] = useState(value);
  const timer = useRef();
  useEffect(() => type(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onInput = (event) => {
    type(event.target.value);
    clearTimeout(timer.current);
    timer.current = setTimeout((q) => look({ q }), PAUSE, event.target.value.trim());
  };
  return html`<${Field} label="Search">
    ${(id) => html`<input id=${id} class="input" type="search" maxlength="200" autocomplete="off" value=${typed}
      placeholder="Category, name, prompt or tag" onInput=${onInput} />`}
  <//>`;
}

/** `options`: [[value, text], ...]; one that is set and not among them is shown as it is. */
function Choice({ label, value = "", options, any, choose }) {
  const known = options.some(([each]) => each === value);
  return html`<${Field} label=${label}>
    ${(id) => html`<select id=${id} class="input" value=${value} onChange=${(e) => choose(e.target.value)}>
      ${any && html`<option value="">${any}</option>`}
      ${!known && value && html`<option value=${value}>${value}</option>`}
      ${options.map(([each, text]) => html`<option key=${each} value=${each} selected=${each === value}>${text}</option>`)}
    </select>`}
  <//>`;
}

function DrawnBy({ facets, value = "" }) {
  const option = (kind, { name, count }, text) =>
    html`<option key=${name} value=${`${kind}:${name}`} selected=${value === `${kind}:${name}`}>${text} (${count})</option>`;
  return html`<${Field} label="Drawn by">
    ${(id) => html`<select id=${id} class="input" value=${value} onChange=${(e) => look({ drawnBy: e.target.value })}>
      <option value="">Anybody</option>
      <optgroup label="Connections and providers">${facets.providers.map((each) => option("provider", each, makerOf({ provider: each.name })))}</optgroup>
      <optgroup label="Models">${facets.models.map((each) => option("model", each, each.name))}</optgroup>
    </select>`}
  <//>`;
}

function Day({ label, value = "", least, most, choose }) {
  return html`<${Field} label=${label}>
    ${(id) => html`<input id=${id} class="input" type="date" value=${value} min=${least} max=${most} onChange=${(e) => choose(e.target.value)} />`}
  <//>`;
}

function useFacets(version) {
  const [facets, setFacets] = useState({ tags: [], models: [], providers: [] });
  useEffect(() => void get("/api/images/facets").then(setFacets, () => {}), [version]);
  return facets;
}
