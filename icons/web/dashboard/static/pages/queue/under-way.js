// What runs and what waits, each with a way to stop it.
import { useState } from "preact/hooks";
import { post, remove } from "../../core/api.js";
import { batchName, isLive } from "../../core/batches.js";
import { html } from "../../core/html.js";
import { attempt, notify } from "../../core/notices.js";
import { ago, number, plural, title } from "../../core/words.js";
import { BatchMeter, Preview } from "../../parts/batch-list.js";
import { Glyph } from "../../parts/glyph.js";
import { Meter } from "../../parts/meter.js";

const SHOWN = 20; // single jobs; beyond that their number says more

/** `refresh()` is called once something has been stopped. Jobs of a batch are shown as their batch. */
export function UnderWay({ queue, batches, refresh }) {
  const known = new Set(batches.filter(isLive).map((each) => each.batch_id));
  const single = [...queue.active, ...queue.waiting].filter((each) => !known.has(each.batch_id));
  return html`<section aria-labelledby="under-way">
    <h2 id="under-way">Under way</h2>
    ${known.size + single.length === 0 && html`<p class="note">Nothing runs and nothing waits.</p>`}
    <ul class="rows" aria-label="Under way">
      ${batches.filter(isLive).map((each) => html`<${Batch} key=${each.batch_id} batch=${each} refresh=${refresh} />`)}
      ${single.slice(0, SHOWN).map((each) => html`<${Job} key=${each.job_id} job=${each} refresh=${refresh} />`)}
    </ul>
    ${single.length > SHOWN && html`<p class="note">And ${plural(single.length - SHOWN, "more job")}.</p>`}
  </section>`;
}

function Batch({ batch, refresh }) {
  const name = batchName(batch);
  const stop = async () => {
    await post(`/api/icons/batch/${batch.batch_id}/cancel`);
    notify(`“${name}” is cancelled. What is finished stays.`);
    refresh();
  };
  const now = batch.current_category ? `, now ${title(batch.current_category)}` : "";
  return html`<li class="row queued">
    <${Preview} batch=${batch} />
    <span class="row-text">
      <a class="one-line" href="#/batches/${batch.batch_id}"><strong>${name}</strong></a>
      <small>${number(batch.completed)} of ${plural(batch.total, "icon")}${now}, begun ${ago(batch.created_at)}</small>
    </span>
    <${BatchMeter} batch=${batch} />
    <${Stop} what=${name} stop=${stop} />
  </li>`;
}

const STAGES = { waiting: "Waiting", delayed: "Waiting to be tried again" };

function Job({ job, refresh }) {
  const name = title(job.title) || "Job";
  const stop = async () => {
    await remove(`/api/icons/jobs/${job.job_id}`);
    notify(`“${name}” is cancelled.`);
    refresh();
  };
  return html`<li class="row queued">
    <span class="row-text">
      ${job.batch_id ? html`<a href="#/batches/${job.batch_id}"><strong>${name}</strong></a>` : html`<strong>${name}</strong>`}
      <small>${STAGES[job.status] ?? title(job.stage || "drawing")}, asked for ${ago(job.created_at)}</small>
    </span>
    <${Meter} label=${name} parts=${[["good", job.progress]]} total=${100} />
    <${Stop} what=${name} stop=${stop} />
  </li>`;
}

function Stop({ what, stop }) {
  const [busy, setBusy] = useState(false);
  const onClick = async () => {
    setBusy(true);
    await attempt(stop);
    setBusy(false);
  };
  return html`<button type="button" class="button quiet" disabled=${busy} onClick=${onClick} aria-label="Cancel ${what}"><${Glyph} name="stop" />Cancel</button>`;
}
