// One picture, large, with all that is known about it and all that can be done with it.
import { useEffect, useState } from "preact/hooks";
import { change, get } from "../../core/api.js";
import { ending, formatName, isShown } from "../../core/files.js";
import { html } from "../../core/html.js";
import { schemeTitle, styleTitle } from "../../core/library.js";
import { attempt, notify } from "../../core/notices.js";
import { asIcon, makerOf, nameOf } from "../../core/pictures.js";
import { retag, tagged, untagged } from "../../core/tags.js";
import { bytes, date, dollars, plural } from "../../core/words.js";
import { Actions } from "../../parts/artwork.js";
import { Dialog } from "../../parts/dialog.js";
import { Field, Group } from "../../parts/fields.js";
import { Glyph } from "../../parts/glyph.js";
import { Steps } from "../../parts/viewer.js";
import { Picture } from "./grid.js";
import { TagEditor } from "./tags.js";
import { Varying } from "./varying.js";

const VARIANTS = 24;
const SOURCES = { generated: "Generated", upload: "Uploaded", import: "Imported from an address" };

/** `put(picture)` after a change; `step(-1 | 1)` to a neighbour; `open(picture)` shows another one. */
export function Detail({ picture, close, step, put, open, drawn, remove }) {
  const name = nameOf(picture);
  const onKeyDown = (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way && !event.target.closest("input, select, textarea")) step(way);
  };
  return html`<${Dialog} label=${name} kind="viewer" close=${close} onKeyDown=${onKeyDown}>
    <div class="viewer-picture">
      <div class="stage">${isShown(picture) ? html`<img key=${picture.id} src=${picture.url} alt=${name} />` : html`<span class="kind">${ending(picture).toUpperCase()}</span>`}</div>
      <${Variants} picture=${picture} open=${open} />
      <${Steps} what="picture" step=${step} />
    </div>
    <div class="viewer-text">
      <${Name} key=${picture.id} picture=${picture} put=${put} />
      <${Actions} key=${picture.id} icon=${asIcon(picture)} name=${name} />
      <${About} picture=${picture} />
      <${Group} label="Tags"><${Tags} picture=${picture} put=${put} /><//>
      <div class="actions">
        ${picture.origin?.batchId && html`<a class="button" href="#/batches/${picture.origin.batchId}" aria-label="Open its batch"><${Glyph} name="batch" />Batch</a>`}
        ${picture.icon && html`<a class="button" href=${moreLike(picture.icon)}><${Glyph} name="draw" />More like this</a>`}
        <button type="button" class="button quiet" onClick=${remove}><${Glyph} name="bin" />Delete</button>
      </div>
      <${Varying} picture=${picture} drawn=${drawn} />
    </div>
  <//>`;
}

function moreLike({ category, style, colorScheme }) {
  return `#/generate?${new URLSearchParams({ category, style, color_scheme: colorScheme })}`;
}

/** The heading; a press on the pen turns it into a field. */
function Name({ picture, put }) {
  const [editing, edit] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const name = new FormData(event.target).get("name").trim();
    if (await attempt(async () => put(await change(`/api/images/${picture.id}`, { name })))) edit(false);
  };
  if (!editing) {
    return html`<h2>${nameOf(picture)} <button type="button" class="button quiet icon-only rename" aria-label="Rename" title="Rename" onClick=${() => edit(true)}>
      <${Glyph} name="pen" /></button></h2>`;
  }
  return html`<form class="filters renaming" onSubmit=${submit} onKeyDown=${(e) => e.key === "Escape" && (e.preventDefault(), edit(false))}>
    <${Field} label="Name">${(id) => html`<input id=${id} class="input" name="name" maxlength="255" defaultValue=${picture.name} placeholder=${nameOf({ ...picture, name: "" })} autofocus />`}<//>
    <button class="button primary">Save</button>
  </form>`;
}

function Tags({ picture, put }) {
  const add = (tag) => attempt(async () => (await retag([picture.id], [tag]), put(tagged(picture, tag))));
  const drop = (tag) => attempt(async () => (await retag([picture.id], [], [tag]), put(untagged(picture, tag))));
  return html`<${TagEditor} tags=${picture.tags} add=${add} drop=${drop} />`;
}

function About({ picture }) {
  const { icon, origin } = picture;
  const rows = [
    ["Style", icon && styleTitle(icon.style)],
    ["Colours", icon && schemeTitle(icon.colorScheme)],
    ["Objects", icon?.customElements.join(", ")],
    ["Size", `${picture.width} × ${picture.height} px`],
    ["File", `${formatName(ending(picture))}, ${bytes(picture.size)}`],
    ["Drawn by", makerOf(picture)],
    ["Model", picture.generationModel],
    ["Cost", picture.source === "generated" && origin && costOf(origin)],
    ["Seed", icon?.seed],
    [SOURCES[picture.source], date(picture.createdAt)],
  ];
  return html`<dl class="facts">
      ${rows.filter(([, value]) => value || value === 0).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>
    ${picture.generationPrompt && html`<${Prompt} key=${picture.id} picture=${picture} />`}`;
}

function costOf({ cost, images }) {
  if (cost === null) return "Free";
  return images > 1 ? `${dollars(cost)} for ${plural(images, "picture")}` : dollars(cost);
}

function Prompt({ picture: { generationPrompt, revisedPrompt, icon } }) {
  const copy = () => attempt(async () => {
    await navigator.clipboard.writeText(generationPrompt);
    notify("Prompt copied.");
  });
  return html`<details class="more" open=${!icon}>
    <summary>Prompt</summary>
    <p class="prompt" tabindex="0" role="group" aria-label="Prompt">${generationPrompt}</p>
    ${revisedPrompt && html`<p class="note">The model made of it: ${revisedPrompt}</p>`}
    ${navigator.clipboard && html`<button type="button" class="button quiet" onClick=${copy}><${Glyph} name="copy" />Copy prompt</button>`}
  </details>`;
}

/** Other pictures of the same request: the same icon with another seed or variation, the other answers to a prompt. */
function Variants({ picture, open }) {
  const { icon, origin } = picture;
  const [found, setFound] = useState([]);
  const key = icon ? JSON.stringify([icon.category, icon.style, icon.colorScheme]) : origin?.jobId;
  useEffect(() => {
    let wanted = true;
    setFound([]);
    const search = icon ? { category: icon.category, style: icon.style, colorScheme: icon.colorScheme } : { jobId: origin?.jobId };
    if (key) get("/api/images", { ...search, perPage: VARIANTS }).then(({ data }) => wanted && setFound(data), () => {});
    return () => (wanted = false);
  }, [key]);
  if (found.length < 2) return null;
  return html`<div class="strip" role="group" aria-label="Variants">
    ${found.map((each, at) => html`<button key=${each.id} type="button" class="tile" aria-pressed=${String(each.id === picture.id)} onClick=${() => open(each)}>
        <${Picture} picture=${each} put=${() => {}} /><span class="unseen">Variant ${at + 1}</span>
      </button>`)}
  </div>`;
}
