// Generate: one icon, or a few variations of it.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { draw, file } from "../core/api.js";
import { fileName, save } from "../core/files.js";
import { classes, html } from "../core/html.js";
import { kept } from "../core/keeping.js";
import { attempt } from "../core/notices.js";
import { place } from "../core/router.js";
import { session } from "../core/session.js";
import { showcase } from "../core/showcase.js";
import { duration, title } from "../core/words.js";
import { Actions, Facts, Thumbnail } from "../parts/artwork.js";
import { CategoryField } from "../parts/category.js";
import { Chips } from "../parts/chips.js";
import { Field, Stepper } from "../parts/fields.js";
import { Glyph } from "../parts/glyph.js";
import { LOOK, Look, newSeed } from "../parts/look.js";
import { Price } from "../parts/price.js";
import { Themes } from "../parts/themes.js";

const EMPTY = { ...LOOK, category: "", custom_elements: [], variations: 4 };
const NOTHING = { icons: [], chosen: 0, batchId: null };
const EXAMPLES = 6;

const draft = kept(sessionStorage, "draft", EMPTY);
const offers = signal([]); // objects that go with the category
const drawn = signal(NOTHING);
const problems = signal({ message: "", fields: {} });
const busy = signal(false);

let owner; // whose drawings these are
session.subscribe((now) => {
  if (owner && now?.username !== owner) {
    draft.value = EMPTY;
    drawn.value = NOTHING;
    problems.value = { message: "", fields: {} };
  }
  owner = now?.username ?? owner;
});

const set = (change) => (draft.value = { ...draft.value, ...change });

async function submit(change = {}) {
  if (busy.value) return;
  set(change);
  if (!draft.value.category.trim()) {
    problems.value = { message: "", fields: { category: "Say what the icon is for, such as “office supplies”." } };
    return;
  }
  busy.value = true;
  problems.value = { message: "", fields: {} };
  try {
    drawn.value = { ...(await draw(draft.value)), chosen: 0 };
    reveal();
  } catch (error) {
    problems.value = { message: error.message, fields: error.fields ?? {} };
  }
  busy.value = false;
}

/** On a narrow window the result stands below the form. */
function reveal() {
  if (!matchMedia("(max-width: 1040px)").matches) return;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  document.querySelector(".result")?.scrollIntoView({ behavior });
}

export function GeneratePage() {
  useEffect(() => {
    const wish = Object.fromEntries(place.value.query);
    if (wish.category) set({ ...wish, custom_elements: [] });
  }, []);
  return html`<div class="workbench">
    <section class="panel" aria-label="What to draw"><${Form} /></section>
    <section class="result" aria-label="Result" aria-busy=${String(busy.value)}><${Result} /></section>
  </div>`;
}

function Form() {
  const { category, custom_elements: elements, variations, seed } = draft.value;
  const { message, fields } = problems.value;
  const onSubmit = (event) => {
    event.preventDefault();
    submit();
  };
  const choose = (text, picked) => {
    set({ category: text });
    offers.value = picked?.suggestions ?? [];
  };
  return html`<form class="form" onSubmit=${onSubmit}>
    <h1>Generate an icon</h1>
    <${CategoryField} value=${category} problem=${fields.category} change=${choose} />
    <${Chips} label="Objects to show" most=${8} values=${elements} suggestions=${offers.value} problem=${fields.custom_elements}
      placeholder="Optional: stapler, pencil…" change=${(custom_elements) => set({ custom_elements })} />
    <${Look} draft=${draft} problems=${fields} />
    <div class="columns">
      <${Stepper} label="Variations" value=${variations} most=${10} choose=${(value) => set({ variations: value })} />
      <${Field} label="Seed" problem=${fields.seed}>
        ${(id, note) => html`<div class="stepper">
          <input id=${id} class="input" inputmode="numeric" aria-describedby=${note} value=${seed}
            onChange=${(e) => set({ seed: Math.min(2 ** 31 - 1, Math.max(0, Math.floor(+e.target.value) || 0)) })} />
          <button type="button" class="button quiet icon-only" aria-label="Another seed" title="Another seed" onClick=${() => set({ seed: newSeed() })}>
            <${Glyph} name="again" />
          </button>
        </div>`}
      <//>
    </div>
    <div class="submit">
      <p class="note wrong" role="alert">${message}</p>
      <${Price} key=${drawn.value.icons[0]?.filename} request=${priced(draft.value)} total=${variations} />
      <button class="button primary large wide" disabled=${busy.value}>
        <${Glyph} name="draw" />${busy.value ? "Drawing…" : variations > 1 ? `Draw ${variations} variations` : "Draw icon"}
      </button>
    </div>
  </form>`;
}

/** The draft as a batch of one category, which is what prices are asked for; null while it has no category. */
function priced({ category, variations, ...look }) {
  return category.trim() ? { ...look, categories: [category], variations_per_category: variations } : null;
}

function Result() {
  const { icons, chosen, batchId } = drawn.value;
  if (!icons.length) return html`<${Welcome} />`;
  const icon = icons[chosen];
  const name = title(icon.metadata.category);
  return html`<div class=${classes("stage", { working: busy.value })}>
      <img key=${icon.filename} src=${icon.image_url} alt="Icon for ${name}" />
    </div>
    ${icons.length > 1 && html`<div class="strip" role="group" aria-label="Variations">
      ${icons.map((each, index) => html`<button key=${each.filename} type="button" class="tile" aria-pressed=${String(index === chosen)}
          onClick=${() => (drawn.value = { ...drawn.value, chosen: index })}><${Thumbnail} icon=${each} alt="Variation ${index + 1}" /></button>`)}
    </div>`}
    <div class="caption">
      <h2>${name}</h2>
      <p class="note" role="status">${icon.cached ? "From the cache" : `Drawn in ${duration(icon.generation_time)}`}</p>
      <button type="button" class="button quiet" disabled=${busy.value} onClick=${() => submit({ seed: newSeed() })}>
        <${Glyph} name="again" />Another seed
      </button>
    </div>
    <${Actions} key=${icon.filename} icon=${icon} name=${name}>
      ${batchId && html`<button type="button" class="button" onClick=${() => downloadAll(batchId, name)}><${Glyph} name="download" />All ${icons.length} as zip</button>`}
    <//>
    <${Themes} key=${icon.filename} icon=${icon} />
    <${Facts} icon=${icon} />`;
}

const downloadAll = (batchId, name) =>
  attempt(async () => save(await file(`/api/icons/batch/${batchId}/download`), fileName(name, "zip")));

/** Before the first icon: what can be had, one click away. */
function Welcome() {
  return html`<div class=${classes("stage blank", { working: busy.value })}>
    <div class="empty">
      <h2>${busy.value ? "Drawing…" : "What shall we draw?"}</h2>
      <p>Name a category and pick a style, or begin with one of these.</p>
      <div class="examples" role="group" aria-label="Examples">
        ${showcase.slice(0, EXAMPLES).map(({ picture, ...request }) => html`<button key=${request.category} type="button" class="tile" onClick=${() => submit(request)}>
            <img src=${picture} alt="" width="96" height="96" /><span>${request.category}</span>
          </button>`)}
      </div>
    </div>
  </div>`;
}
