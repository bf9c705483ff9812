// Batches: ask for many icons in one style, and find those asked for before.
import { computed, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../core/api.js";
import { movedBatch } from "../core/batches.js";
import { engineOf } from "../core/engines.js";
import { classes, html } from "../core/html.js";
import { listen, onReturn } from "../core/live.js";
import { kept } from "../core/keeping.js";
import { parseList } from "../core/lists.js";
import { attempt, notify } from "../core/notices.js";
import { go } from "../core/router.js";
import { number, plural } from "../core/words.js";
import { BatchList } from "../parts/batch-list.js";
import { Field, Stepper } from "../parts/fields.js";
import { Glyph } from "../parts/glyph.js";
import { GroupPicker } from "../parts/groups.js";
import { LOOK, Look } from "../parts/look.js";
import { Price } from "../parts/price.js";

const MOST = 1000; // icons of a batch: the API's bound
const MAX_FILE = 1_000_000; // bytes of a dropped list

const text = kept(sessionStorage, "batch-list", "");
const draft = kept(sessionStorage, "batch-draft", { ...LOOK, size: 256, variations: 1 });
const problems = signal({ message: "", fields: {} });
const list = computed(() => parseList(text.value));
const total = computed(() => list.value.categories.length * draft.value.variations);

const isPaid = computed(() => (engineOf(draft.value)?.provider ?? "local") !== "local");

/** What to ask for; null while it is nothing, or too much. */
const request = computed(() => {
  const { variations, max_cost, ...look } = draft.value;
  const { categories, elements } = list.value;
  if (!total.value || total.value > MOST) return null;
  return { ...look, categories, custom_elements: elements, variations_per_category: variations, ...(isPaid.value && { max_cost }) };
});

async function submit(event) {
  event.preventDefault();
  problems.value = { message: "", fields: {} };
  try {
    const { batch_id: id } = await post("/api/icons/generate/batch", request.value);
    text.value = "";
    go(`batches/${id}`);
  } catch (error) {
    problems.value = { message: error.message, fields: error.fields ?? {} };
  }
}

export function BatchesPage() {
  const { message, fields } = problems.value;
  return html`<div class="workbench">
    <section class="panel" aria-label="New batch">
      <form class="form" onSubmit=${submit}>
        <h1>New batch</h1>
        <${ListField} />
        <${GroupPicker} list=${text} />
        <${Look} draft=${draft} problems=${fields} />
        <div class="columns">
          <${Stepper} label="Variations of each" value=${draft.value.variations} most=${10}
            choose=${(variations) => (draft.value = { ...draft.value, variations })} />
          ${isPaid.value && html`<${Bound} problem=${fields.max_cost} />`}
        </div>
        <div class="submit">
          <p class="note wrong" role="alert">${message || (total.value > MOST ? `A batch has at most ${plural(MOST, "icon")}; these are ${number(total.value)}.` : "")}</p>
          <${Price} request=${request.value} total=${total.value} />
          <button class="button primary large wide" disabled=${!request.value}>
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

/** What the batch may cost; icons that would pass it are not begun. */
function Bound({ problem }) {
  const change = (event) => {
    const wish = Number(event.target.value.replace(",", "."));
    draft.value = { ...draft.value, max_cost: wish > 0 ? wish : undefined };
    event.target.value = draft.value.max_cost ?? "";
  };
  return html`<${Field} label="Spend at most, in US$" problem=${problem}>
    ${(id, note) => html`<input id=${id} class="input" inputmode="decimal" placeholder="No bound" aria-describedby=${note}
      value=${draft.value.max_cost ?? ""} onChange=${change} />`}
  <//>`;
}

async function take(file) {
  if (!file) return;
  if (file.size > MAX_FILE) return notify(`${file.name} is too large: a list has at most 1 MB.`, "bad");
  await attempt(async () => (text.value = await file.text()));
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
  useEffect(() => listen((...event) => setBatches((shown) => shown?.map((each) => movedBatch(each, ...event)) ?? shown)), []);
  useEffect(() => onReturn(() => batches ?? more()), [batches]);
  return html`<${BatchList} batches=${batches} />
    ${before && html`<button type="button" class="button" onClick=${() => more(before)}>Show more</button>`}`;
}
