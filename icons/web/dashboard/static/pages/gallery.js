// Gallery: every icon the service remembers for the account.
import { useEffect, useState } from "preact/hooks";
import { get } from "../core/api.js";
import { html } from "../core/html.js";
import { styles } from "../core/library.js";
import { attempt } from "../core/notices.js";
import { number, plural, title } from "../core/words.js";
import { Thumbnail, Viewer } from "../parts/artwork.js";
import { Empty, Field } from "../parts/fields.js";
import { Glyph } from "../parts/glyph.js";

const PER_PAGE = 60;

/** A remembered entry in the shape of a finished icon. */
const asIcon = ({ category, style, color_scheme, metadata, ...image }) => ({ ...image, metadata: { ...metadata, category, style, color_scheme } });

export function GalleryPage() {
  const [filter, setFilter] = useState({ category: "", style: "" });
  const { icons, total, more } = useIcons(filter);
  const [shown, setShown] = useState(null); // position
  const step = (way) => setShown((at) => (at + way + icons.length) % icons.length);
  return html`<div class="page">
    <header class="headline">
      <h1>Gallery</h1>
      <p class="note" role="status">${total === null ? "Loading…" : plural(total, "icon")}</p>
      <${Filters} filter=${filter} change=${setFilter} />
    </header>
    ${total === 0 && html`<${Nothing} filtered=${Boolean(filter.category || filter.style)} />`}
    <ul class="sheet" aria-label="Icons">
      ${icons.map((icon, at) => html`<li key=${icon.filename} class="cell completed">
          <button type="button" class="tile" onClick=${() => setShown(at)}>
            <${Thumbnail} icon=${icon} alt="" /><span class="unseen">Show ${title(icon.metadata.category)}, ${icon.metadata.style}</span>
          </button>
          <span class="name">${title(icon.metadata.category)}</span>
        </li>`)}
    </ul>
    ${icons.length < total && html`<button type="button" class="button wide" onClick=${more}>Show more of ${number(total)}</button>`}
    ${shown !== null && html`<${Viewer} icon=${icons[shown]} close=${() => setShown(null)} step=${step}>
      <a class="button" href=${moreLike(icons[shown])}><${Glyph} name="draw" />More like this</a>
    <//>`}
  </div>`;
}

function moreLike({ metadata: { category, style, color_scheme } }) {
  return `#/generate?${new URLSearchParams({ category, style, color_scheme })}`;
}

function Filters({ filter, change }) {
  const onSubmit = (event) => {
    event.preventDefault();
    change({ ...filter, category: new FormData(event.target).get("category").trim() });
  };
  return html`<form class="filters" role="search" onSubmit=${onSubmit}>
    <${Field} label="Category">
      ${(id) => html`<input id=${id} class="input" name="category" type="search" placeholder="Any" onSearch=${(e) => e.target.form.requestSubmit()} />`}
    <//>
    <${Field} label="Style">
      ${(id) => html`<select id=${id} class="input" value=${filter.style} onChange=${(e) => change({ ...filter, style: e.target.value })}>
        <option value="">Any</option>
        ${styles.value.map((each) => html`<option key=${each.name} value=${each.name}>${each.title}</option>`)}
      </select>`}
    <//>
  </form>`;
}

function Nothing({ filtered }) {
  return filtered
    ? html`<${Empty} glyph="gallery" title="Nothing fits">Write the category exactly as it was asked for, or choose another style.<//>`
    : html`<${Empty} glyph="gallery" title="No icons yet">What you <a href="#/generate">generate</a> is kept here.<//>`;
}

/** The remembered icons that fit, page by page; an answer to an older filter is dropped. */
function useIcons(filter) {
  const [found, setFound] = useState({ icons: [], total: null, page: 0 });
  const fetchPage = (page, isWanted = () => true) => attempt(async () => {
    const wish = Object.entries(filter).filter(([, value]) => value);
    const answer = await get("/api/icons/cached", { page, per_page: PER_PAGE, ...Object.fromEntries(wish) });
    const fresh = answer.icons.map(asIcon);
    if (isWanted()) setFound((known) => ({ icons: page === 1 ? fresh : [...known.icons, ...fresh], total: answer.total, page }));
  });
  useEffect(() => {
    let wanted = true;
    fetchPage(1, () => wanted);
    return () => (wanted = false);
  }, [filter]);
  return { ...found, more: () => fetchPage(found.page + 1) };
}
