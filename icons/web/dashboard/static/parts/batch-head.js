// Above a contact sheet: how far the batch is, what can be done with all of it, and why icons failed.
import { useMemo, useState } from "preact/hooks";
import { file } from "../core/api.js";
import { batchName, isLive } from "../core/batches.js";
import { save } from "../core/files.js";
import { classes, html } from "../core/html.js";
import { attempt } from "../core/notices.js";
import { cancel, categoriesOf, retryFailed } from "../core/sheet.js";
import { APPROVED } from "../core/verdicts.js";
import { duration, number, plural } from "../core/words.js";
import { Badge, BatchMeter } from "./batch-list.js";
import { Glyph } from "./glyph.js";

const MOST_REASONS = 3;

export function BatchHead({ sheet }) {
  const status = sheet.status.value;
  const { approved = 0 } = sheet.verdicts.value;
  const name = useMemo(() => batchName({ ...status, categories: categoriesOf(sheet) }), [sheet]);
  const lost = status.failed + status.cancelled;
  return html`<header class="batch-head">
    <div class="headline">
      <h1>${name}</h1>
      <${Badge} status=${status.status} />
      <div class="actions">
        ${isLive(status) && html`<button type="button" class="button" onClick=${() => attempt(() => cancel(sheet))}><${Glyph} name="stop" />Cancel</button>`}
        ${lost > 0 && html`<button type="button" class="button" onClick=${() => attempt(() => retryFailed(sheet))}>
          <${Glyph} name="again" />${status.failed ? "Retry failed" : "Draw the rest"}</button>`}
        <${Zip} sheet=${sheet} label="Download zip" quiet=${approved > 0} disabled=${!status.completed} />
        ${approved > 0 && html`<${Zip} sheet=${sheet} label="Zip of ${number(approved)} approved" verdict=${APPROVED} />`}
      </div>
    </div>
    <${BatchMeter} batch=${status} />
    <${Figures} status=${status} verdicts=${sheet.verdicts.value} />
    ${status.failed > 0 && html`<${Reasons} sheet=${sheet} />`}
  </header>`;
}

function Zip({ sheet, label, verdict, quiet, disabled }) {
  const [busy, setBusy] = useState(false);
  const path = `/api/icons/batch/${sheet.id}/download${verdict ? `?verdict=${verdict}` : ""}`;
  const name = ["icons", sheet.id.slice(0, 8), verdict].filter(Boolean).join("-");
  const download = async () => {
    setBusy(true);
    await attempt(async () => save(await file(path), `${name}.zip`));
    setBusy(false);
  };
  return html`<button type="button" class=${classes("button", { primary: !quiet })} disabled=${disabled || busy} onClick=${download}>
    <${Glyph} name="download" />${busy ? "Packing…" : label}
  </button>`;
}

function Figures({ status, verdicts }) {
  const seconds = (new Date(status.finished_at ?? Date.now()) - new Date(status.started_at ?? Date.now())) / 1000;
  const done = status.completed + status.failed; // what was cancelled took no time
  const left = status.estimated_completion && duration(Math.max(1, (new Date(status.estimated_completion) - Date.now()) / 1000));
  const rows = [
    ["Drawn", `${number(status.completed)} of ${number(status.total)}`],
    ["Failed", status.failed && number(status.failed)],
    ["Cancelled", status.cancelled && number(status.cancelled)],
    ["Rate", seconds > 0 && done > 0 && `${number(Math.round((60 * done) / seconds))} a minute`],
    isLive(status) ? ["Time left", left] : ["Time", seconds > 0 && duration(seconds)],
    ["Approved", verdicts.approved && number(verdicts.approved)],
    ["Rejected", verdicts.rejected && number(verdicts.rejected)],
  ];
  return html`<dl class="figures">
      ${rows.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>
    <p class="unseen" role="status">${isLive(status) ? `${Math.floor(status.progress / 25) * 25} percent drawn` : `Batch ${status.status}`}</p>`;
}

/** Why icons failed, each reason once, the most frequent first. */
function Reasons({ sheet }) {
  const counts = new Map();
  for (const cell of sheet.cells.values()) {
    const { status, error } = cell.peek();
    if (status === "failed") counts.set(error, (counts.get(error) ?? 0) + 1);
  }
  const reasons = [...counts].sort(([, one], [, other]) => other - one).slice(0, MOST_REASONS);
  return html`<ul class="reasons">
    ${reasons.map(([reason, count]) => html`<li key=${reason}><strong>${plural(count, "icon")} failed.</strong> ${reason}</li>`)}
  </ul>`;
}
