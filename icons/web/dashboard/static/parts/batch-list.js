// Batches in rows; those under way move as their events arrive.
import { useEffect, useState } from "preact/hooks";
import { html } from "../core/html.js";
import { listen } from "../core/live.js";
import { ago, number, plural, title } from "../core/words.js";
import { Empty } from "./fields.js";
import { Meter } from "./meter.js";

/** `batches`: status bodies, or null while they are fetched. */
export function BatchList({ batches }) {
  const [news, setNews] = useState({});
  useEffect(
    () => listen((name, body) => name.startsWith("batch_") && setNews((known) => ({ ...known, [body.batch_id]: body }))),
    [],
  );
  if (!batches) return html`<p class="note">Loading…</p>`;
  if (!batches.length) {
    return html`<${Empty} glyph="batch" title="No batches yet">Paste a list of categories and draw them all in one style.<//>`;
  }
  return html`<ul class="rows">
    ${batches.map((each) => html`<${Row} key=${each.batch_id} batch=${newest(each, news[each.batch_id])} />`)}
  </ul>`;
}

const newest = (batch, news) => (news && news.seq > batch.seq ? news : batch);

function Row({ batch }) {
  return html`<li>
    <a class="row" href="#/batches/${batch.batch_id}">
      <span class="row-text">
        <strong>${plural(batch.total, "icon")}</strong>
        <small>${plural(batch.total_categories, "category", "categories")}, ${ago(batch.created_at)}</small>
      </span>
      <${BatchMeter} batch=${batch} />
      <${Badge} status=${batch.status} />
    </a>
  </li>`;
}

export function BatchMeter({ batch }) {
  const parts = [["good", batch.completed], ["bad", batch.failed], ["idle", batch.cancelled]];
  return html`<${Meter} label="${number(batch.completed)} of ${number(batch.total)} icons" parts=${parts} total=${batch.total} />`;
}

const WORDS = { pending: "Waiting", running: "Drawing", completed: "Done", partial: "Some failed" };

export function Badge({ status }) {
  return html`<span class="badge ${status}">${WORDS[status] ?? title(status)}</span>`;
}
