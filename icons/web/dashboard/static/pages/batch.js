// One batch: a contact sheet that fills while it is drawn.
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { file } from "../core/api.js";
import { classes, html } from "../core/html.js";
import { attempt } from "../core/notices.js";
import { cancel, details, finished, isLive, isLost, openSheet, redraw, retryFailed, retryOne } from "../core/sheet.js";
import { duration, number, title } from "../core/words.js";
import { save, Thumbnail, Viewer } from "../parts/artwork.js";
import { Badge, BatchMeter } from "../parts/batch-list.js";
import { Empty } from "../parts/fields.js";
import { Glyph } from "../parts/glyph.js";
import { newSeed } from "../parts/look.js";

export function BatchPage({ id }) {
  const sheet = useMemo(() => openSheet(id), [id]);
  useEffect(() => sheet.close, [sheet]);
  const [shown, setShown] = useState(null); // {jobId, icon}
  const show = useCallback((jobId) => attempt(async () => setShown({ jobId, icon: await details(sheet, jobId) })), [sheet]);
  if (sheet.problem.value) return html`<${Empty} glyph="alert" title="This batch cannot be shown">${sheet.problem.value.message}<//>`;
  if (!sheet.order.value) return html`<p class="note">Loading…</p>`;
  return html`<div class="page">
    <a class="back" href="#/batches"><${Glyph} name="back" size="16" />Batches</a>
    <${Head} sheet=${sheet} />
    <ul class="sheet" aria-label="Icons">
      ${sheet.order.value.map((jobId) => html`<${Cell} key=${jobId} sheet=${sheet} jobId=${jobId} show=${show} />`)}
    </ul>
    ${shown && html`<${Detail} sheet=${sheet} shown=${shown} show=${show} close=${() => setShown(null)} />`}
  </div>`;
}

function Head({ sheet }) {
  const status = sheet.status.value;
  const lost = status.failed + status.cancelled;
  return html`<header class="batch-head">
    <div class="headline">
      <h1>${number(status.total)} icons</h1>
      <${Badge} status=${status.status} />
      <div class="actions">
        ${isLive(status) && html`<button type="button" class="button" onClick=${() => attempt(() => cancel(sheet))}><${Glyph} name="stop" />Cancel</button>`}
        ${lost > 0 && html`<button type="button" class="button" onClick=${() => attempt(() => retryFailed(sheet))}>
          <${Glyph} name="again" />${status.failed ? "Retry failed" : "Draw the rest"}</button>`}
        <${Zip} sheet=${sheet} disabled=${!status.completed} />
      </div>
    </div>
    <${BatchMeter} batch=${status} />
    <${Figures} status=${status} />
  </header>`;
}

function Zip({ sheet, disabled }) {
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    await attempt(async () => save(await file(`/api/icons/batch/${sheet.id}/download`), `icons-${sheet.id.slice(0, 8)}.zip`));
    setBusy(false);
  };
  return html`<button type="button" class="button primary" disabled=${disabled || busy} onClick=${download}>
    <${Glyph} name="download" />${busy ? "Packing…" : "Download zip"}
  </button>`;
}

function Figures({ status }) {
  const seconds = (new Date(status.finished_at ?? Date.now()) - new Date(status.started_at ?? Date.now())) / 1000;
  const done = finished(status);
  const rows = [["Drawn", `${number(status.completed)} of ${number(status.total)}`], ["Failed", status.failed && number(status.failed)],
    ["Cancelled", status.cancelled && number(status.cancelled)], ["Rate", seconds > 0 && done > 0 && `${number(Math.round((60 * done) / seconds))} a minute`],
    isLive(status)
      ? ["Time left", status.estimated_completion && duration(Math.max(1, (new Date(status.estimated_completion) - Date.now()) / 1000))]
      : ["Time", seconds > 0 && duration(seconds)]];
  return html`<dl class="figures">
      ${rows.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>
    <p class="unseen" role="status">${isLive(status) ? `${Math.floor(status.progress / 25) * 25} percent drawn` : `Batch ${status.status}`}</p>`;
}

/** Its props never change, so that it is drawn anew by its own signal only. */
function Cell({ sheet, jobId, show }) {
  const { category, variation, status, error, success, redrawn, ...image } = sheet.cells.get(jobId).value;
  const retry = () => attempt(() => retryOne(sheet, jobId));
  const name = variation ? `${title(category)} ${variation + 1}` : title(category);
  return html`<li class=${classes(`cell ${status}`, { redrawn })}>
    ${success
      ? html`<button type="button" class="tile" onClick=${() => show(jobId)}><${Thumbnail} icon=${redrawn ?? image} alt="" /><span class="unseen">Show ${name}</span></button>`
      : html`<div class="tile" title=${error}>${isLost({ status })
          ? html`<button type="button" class="button quiet icon-only" aria-label="Retry ${name}" onClick=${retry}><${Glyph} name="again" /></button>`
          : status === "delayed" && html`<${Glyph} name="clock" />`}</div>`}
    <span class="name" title=${error ?? name}>${isLost({ status }) ? html`<em>${status === "failed" ? "Failed" : "Cancelled"}</em> ` : ""}${name}</span>
  </li>`;
}

/** A cell's icon, large; its neighbours are the sheet's other finished icons. */
function Detail({ sheet, shown, show, close }) {
  const [busy, setBusy] = useState(false);
  const step = (way) => {
    const there = sheet.order.value.filter((jobId) => sheet.cells.get(jobId).value.success);
    const next = there[(there.indexOf(shown.jobId) + way + there.length) % there.length];
    show(next);
  };
  const again = async () => {
    setBusy(true);
    if (await attempt(() => redraw(sheet, shown.jobId, newSeed()))) await show(shown.jobId);
    setBusy(false);
  };
  const isRedrawn = Boolean(sheet.cells.get(shown.jobId).value.redrawn);
  return html`<${Viewer} icon=${shown.icon} close=${close} step=${step}>
    <button type="button" class="button" disabled=${busy} onClick=${again}><${Glyph} name="again" />Another seed</button>
    ${isRedrawn && html`<p class="note">Redrawn here. The zip keeps the batch's own icon; download this one by itself.</p>`}
  <//>`;
}
