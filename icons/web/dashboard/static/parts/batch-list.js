// Batches in rows, each with what one knows it again by.
import { batchName, isLive, PREVIEWED } from "../core/batches.js";
import { html } from "../core/html.js";
import { ago, number, plural, title } from "../core/words.js";
import { Thumbnail } from "./artwork.js";
import { Empty } from "./fields.js";
import { Meter } from "./meter.js";

/** `batches`: as the service lists them, or null while they are fetched. */
export function BatchList({ batches }) {
  if (!batches) return html`<p class="note">Loading…</p>`;
  if (!batches.length) {
    return html`<${Empty} glyph="batch" title="No batches yet">Paste a list of categories and draw them all in one style.<//>`;
  }
  return html`<ul class="rows">${batches.map((each) => html`<${Row} key=${each.batch_id} batch=${each} />`)}</ul>`;
}

function Row({ batch }) {
  return html`<li>
    <a class="row batch-row" href="#/batches/${batch.batch_id}">
      <${Preview} batch=${batch} />
      <span class="row-text">
        <strong class="one-line">${batchName(batch)}</strong>
        <small>${plural(batch.total, "icon")}, ${ago(batch.created_at)}</small>
      </span>
      ${isLive(batch) && html`<${BatchMeter} batch=${batch} />`}
      <${Badge} status=${batch.status} />
    </a>
  </li>`;
}

/** Its first pictures, with room for those to come. */
export function Preview({ batch: { preview, total } }) {
  const places = total === 1 ? 1 : PREVIEWED;
  return html`<span class="preview" aria-hidden="true">
    ${Array.from({ length: places }, (_, at) => html`<span key=${at}>${preview[at] && html`<${Thumbnail} icon=${preview[at]} alt="" />`}</span>`)}
  </span>`;
}

export function BatchMeter({ batch }) {
  const parts = [["good", batch.completed], ["bad", batch.failed], ["idle", batch.cancelled]];
  return html`<${Meter} label="${number(batch.completed)} of ${number(batch.total)} icons" parts=${parts} total=${batch.total} />`;
}

const WORDS = { pending: "Waiting", running: "Drawing", completed: "Done", partial: "Some failed" };

export function Badge({ status }) {
  return html`<span class="badge ${status}">${WORDS[status] ?? title(status)}</span>`;
}
