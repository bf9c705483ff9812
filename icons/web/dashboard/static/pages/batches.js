// Batches: ask for many icons in one style, and find those asked for before.
import { computed, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../core/api.js";
import { classes, html } from "../core/html.js";
import { kept } from "../core/keeping.js";
import { groups } from "../core/library.js";
import { parseList } from "../core/lists.js";
import { attempt, notify } from "../core/notices.js";
import { go } from "../core/router.js";
import { plural } from "../core/words.js";
import { BatchList } from "../parts/batch-list.js";
import { Field, Stepper } from "../parts/fields.js";
import { Glyph } from "../parts/glyph.js";
import { LOOK, Look } from "../parts/look.js";

const MOST = 1000; // icons of a batch: the API's bound
const MAX_FILE = 1_000_000; // bytes of a dropped list

const text = kept(sessionStorage, "batch-list", "");
const draft = kept(sessionStorage, "batch-draft", { ...LOOK, size: 256, variations: 1 });
const problem = signal("");
const list = computed(() => parseList(text.value));
const total = computed(() => list.value.categories.length * draft.value.variations);

async function submit(event) {
  event.preventDefault();
  const { variations, ...look } = draft.value;
  const { categories, elements } = list.value;
  const body = { ...look, categories, custom_elements: elements, variations_per_category: variations };
  problem.value = "";
  try {
    const { batch_id: id } = await post("/api/icons/generate/batch", body);
    text.value = "";
    go(`batches/${id}`);
  } catch (error) {
    problem.value = error.message;
  }
}

export function BatchesPage() {
  return html`<div class="workbench">
    <section class="panel" aria-label="New batch">
      <form class="form" onSubmit=${submit}>
        <h1>New batch</h1>
        <${ListField} />
        <${GroupPicker} />
        <${Look} draft=${draft} />
        <div class="columns">
          <${Stepper} label="Variations of each" value=${draft.value.variations} most=${10}
            choose=${(variations) => (draft.value = { ...draft.value, variations })} />
        </div>
        <div class="submit">
          <p class="note wrong" role="alert">${problem.value || (total.value > MOST ? `A batch has at most ${plural(MOST, "icon")}.` : "")}</p>
          <button class="button primary large wide" disabled=${!total.value || total.value > MOST}>
            <${Glyph} name="batch" />${total.value ? `Draw ${plural(total.value, "icon")}` : "Draw icons"}
          </button>
        </div>
      </form>
    </section>
    <section class="result" aria-labelledby="recent">
      <h2 id="recent">Your batches</h2>
      <${Recent} />
    </section>
  </div>`;
}

function ListField() {
  const [over, setOver] = useState(false);
  const { categories, repeated } = list.value;
  const hint = categories.length
    ? plural(categories.length, "category", "categories") + (repeated ? `, ${repeated} repeated left out` : "")
    : "One category a line, or CSV: category, object, object. Drop a file here.";
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return html`<${Field} label="Categories" hint=${hint}>
    ${(id, note) => html`<div class=${classes("drop", { over })} onDragOver=${(e) => (e.preventDefault(), setOver(true))}
      onDragLeave=${() => setOver(false)} onDrop=${drop}>
      <textarea id=${id} class="input" rows="7" spellcheck=${false} aria-describedby=${note} value=${text.value}
        placeholder=${"Office supplies\nElectronics\nTools, hammer, wrench"} onInput=${(e) => (text.value = e.target.value)}></textarea>
      <label class="button quiet file"><${Glyph} name="file" size="16" />Choose a file
        <input type="file" accept=".csv,.txt,.yaml,.yml,.tsv" onChange=${(e) => take(e.target.files[0])} />
      </label>
    </div>`}
  <//>`;
}

async function take(file) {
  if (!file) return;
  if (file.size > MAX_FILE) return notify(`${file.name} is too large: a list has at most 1 MB.`, "bad");
  await attempt(async () => (text.value = await file.text()));
}

function GroupPicker() {
  const has = new Set(list.value.categories.map((each) => each.toLowerCase()));
  const titles = (found) => found.map((each) => each.title);
  const toggle = (found, on) => {
    const own = new Set(titles(found).map((each) => each.toLowerCase()));
    const lines = text.value.split("\n").filter((line) => line.trim() && (on || !own.has(line.trim().toLowerCase())));
    const fresh = on ? titles(found).filter((each) => !has.has(each.toLowerCase())) : [];
    text.value = [...lines, ...fresh].join("\n");
  };
  return html`<details class="groups">
    <summary>Pick by group</summary>
    <div class="group-grid">
      ${groups.value.map(([group, found]) => html`<label key=${group} class="check">
          <input type="checkbox" checked=${titles(found).every((each) => has.has(each.toLowerCase()))} onChange=${(e) => toggle(found, e.target.checked)} />
          <span>${group}</span><small>${found.length}</small>
        </label>`)}
    </div>
  </details>`;
}

/** The account's batches, with those of before on request. */
function Recent() {
  const [batches, setBatches] = useState(null);
  const [before, setBefore] = useState(null);
  const more = (seen) => attempt(async () => {
    const page = await get("/api/icons/batches", { limit: 20, ...(seen && { before: seen }) });
    setBatches((shown) => [...(seen ? shown : []), ...page.batches]);
    setBefore(page.next_before);
  });
  useEffect(() => void more(), []);
  return html`<${BatchList} batches=${batches} />
    ${before && html`<button type="button" class="button" onClick=${() => more(before)}>Show more</button>`}`;
}
