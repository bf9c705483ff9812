// One batch: a contact sheet that fills while it is drawn, and is looked through when it is there.
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { isLive } from "../core/batches.js";
import { html } from "../core/html.js";
import { attempt, dismiss, propose } from "../core/notices.js";
import { decide, decideAll, details, openSheet, redraw, restore, undecided } from "../core/sheet.js";
import { APPROVED, REJECTED } from "../core/verdicts.js";
import { number, plural } from "../core/words.js";
import { BatchHead } from "../parts/batch-head.js";
import { Cell, VerdictButtons } from "../parts/cell.js";
import { Empty, Segmented } from "../parts/fields.js";
import { Glyph } from "../parts/glyph.js";
import { newSeed } from "../parts/look.js";
import { stepped } from "../parts/stepping.js";
import { Viewer } from "../parts/viewer.js";

const VERDICT_KEYS = { a: APPROVED, x: REJECTED };
const SHOWN = [["", "All"], [APPROVED, "Approved"], [REJECTED, "Rejected"], ["open", "Undecided"]];

export function BatchPage({ id }) {
  const sheet = useMemo(() => openSheet(id), [id]);
  useEffect(() => sheet.close, [sheet]);
  const [shown, setShown] = useState(null); // {jobId, icon}
  const [filter, setFilter] = useState("");
  const show = useCallback((jobId) => attempt(async () => setShown({ jobId, icon: await details(sheet, jobId) })), [sheet]);
  if (sheet.problem.value) return html`<${Empty} glyph="alert" title="This batch cannot be shown">${sheet.problem.value.message} <a href="#/batches">All batches</a><//>`;
  if (!sheet.order.value) return html`<p class="note">Loading…</p>`;
  const onKeyDown = (event) => {
    const verdict = VERDICT_KEYS[event.key.toLowerCase()];
    const jobId = shown?.jobId ?? event.target.closest(".cell.completed")?.dataset.job;
    if (!verdict || !jobId || event.ctrlKey || event.metaKey || event.altKey) return;
    attempt(() => decide(sheet, jobId, verdict));
  };
  return html`<div class="page" onKeyDown=${onKeyDown}>
    <a class="back" href="#/batches"><${Glyph} name="back" size="16" />Batches</a>
    <${BatchHead} sheet=${sheet} />
    <${SheetBar} sheet=${sheet} filter=${filter} setFilter=${setFilter} />
    <${Cells} sheet=${sheet} filter=${filter} show=${show} />
    ${shown && html`<${Detail} sheet=${sheet} shown=${shown} show=${show} close=${() => setShown(null)} />`}
  </div>`;
}

function SheetBar({ sheet, filter, setFilter }) {
  const hasVerdicts = Object.keys(sheet.verdicts.value).length > 0;
  return html`<div class="sheet-bar">
    ${(hasVerdicts || filter) && html`<${Segmented} label="Show" options=${SHOWN} value=${filter} choose=${setFilter} />`}
    <p class="note hint" id="keys">Arrow keys move, <kbd>A</kbd> approves, <kbd>X</kbd> rejects, <kbd>Enter</kbd> opens.</p>
    <${TheRest} sheet=${sheet} />
  </div>`;
}

/** One verdict for all icons that have none yet: it overwrites no decision, and it can be taken back. */
function TheRest({ sheet }) {
  const { approved = 0, rejected = 0 } = sheet.verdicts.value;
  const open = sheet.status.value.completed - approved - rejected;
  if (open < 2 || isLive(sheet.status.value)) return null;
  const judge = (verdict) => attempt(async () => {
    const jobIds = undecided(sheet);
    await decideAll(sheet, jobIds, verdict);
    const undo = () => (dismiss(notice), attempt(() => decideAll(sheet, jobIds, null)));
    const notice = propose(`${plural(jobIds.length, "icon")} ${verdict}.`, { label: "Undo", run: undo, dismissed: () => dismiss(notice) });
  });
  const what = approved + rejected ? "the other" : "all";
  return html`<div class="actions" role="group" aria-label="Undecided icons">
    <button type="button" class="button" onClick=${() => judge(APPROVED)}><${Glyph} name="check" />Approve ${what} ${number(open)}</button>
    <button type="button" class="button quiet" onClick=${() => judge(REJECTED)}><${Glyph} name="close" />Reject ${what} ${number(open)}</button>
  </div>`;
}

/** By itself, so that nothing that changes around a thousand cells draws them anew. */
function Cells({ sheet, filter, show }) {
  return html`<ul class="sheet" aria-label="Icons" aria-describedby="keys" data-shown=${filter} onKeyDown=${stepped}>
    ${sheet.order.value.map((jobId) => html`<${Cell} key=${jobId} sheet=${sheet} jobId=${jobId} show=${show} />`)}
  </ul>`;
}

/** A cell's icon, large; its neighbours are the sheet's other finished icons. */
function Detail({ sheet, shown, show, close }) {
  const [busy, setBusy] = useState(false);
  const { redrawn, verdict } = sheet.cells.get(shown.jobId).value;
  const step = (way) => {
    const there = sheet.order.value.filter((jobId) => sheet.cells.get(jobId).value.success);
    show(there[(there.indexOf(shown.jobId) + way + there.length) % there.length]);
  };
  const change = async (action) => {
    setBusy(true);
    if (await attempt(action)) await show(shown.jobId);
    setBusy(false);
  };
  const buttons = html`<button type="button" class="button" disabled=${busy} onClick=${() => change(() => redraw(sheet, shown.jobId, newSeed()))}>
      <${Glyph} name="again" />${busy ? "Drawing…" : "Another seed"}
    </button>
    ${redrawn && html`<button type="button" class="button" disabled=${busy} onClick=${() => change(() => restore(sheet, shown.jobId))}>Back to the first</button>`}`;
  return html`<${Viewer} icon=${shown.icon} close=${close} step=${step} buttons=${buttons}>
    <${VerdictButtons} verdict=${verdict} decide=${(wish) => attempt(() => decide(sheet, shown.jobId, wish))} />
  <//>`;
}
