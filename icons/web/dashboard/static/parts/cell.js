// A cell of a contact sheet: an icon still to come, there, failed; approved or rejected.
import { useState } from "preact/hooks";
import { classes, html } from "../core/html.js";
import { attempt } from "../core/notices.js";
import { decide, isLost, retryOne } from "../core/sheet.js";
import { APPROVED, REJECTED } from "../core/verdicts.js";
import { title } from "../core/words.js";
import { Thumbnail } from "./artwork.js";
import { Glyph } from "./glyph.js";

const HOVERS = matchMedia("(hover: hover)");

/** Its props never change, so that it is drawn anew by its own signal only. */
export function Cell({ sheet, jobId, show }) {
  const { category, variation, status, error, success, redrawn, verdict, ...image } = sheet.cells.get(jobId).value;
  const [looked, setLooked] = useState(!HOVERS.matches); // a sheet has many cells: its marks come when one looks at it
  const look = () => setLooked(true);
  const name = variation ? `${title(category)} ${variation + 1}` : title(category);
  const flags = { redrawn, approved: verdict === APPROVED, rejected: verdict === REJECTED };
  return html`<li class=${classes(`cell ${status}`, flags)} data-job=${jobId} onPointerEnter=${look} onFocusIn=${look}>
    ${success
      ? html`<div class="frame">
          <button type="button" class="tile" onClick=${() => show(jobId)}><${Thumbnail} icon=${redrawn ?? image} alt="" />
            <span class="unseen">Show ${name}${verdict ? `, ${verdict}` : ""}</span></button>
          ${(looked || verdict) && html`<${VerdictMarks} name=${name} verdict=${verdict} decide=${(wish) => attempt(() => decide(sheet, jobId, wish))} />`}
        </div>`
      : html`<${Missing} name=${name} status=${status} error=${error} retry=${() => attempt(() => retryOne(sheet, jobId))} />`}
    <span class="name" title=${error ?? name}>${isLost({ status }) ? html`<em>${title(status)}</em> ` : ""}${name}</span>
  </li>`;
}

function Missing({ name, status, error, retry }) {
  return html`<div class="tile" title=${error}>
    ${isLost({ status })
      ? html`<button type="button" class="button quiet icon-only" aria-label="Retry ${name}" onClick=${retry}><${Glyph} name="again" /></button>`
      : status === "delayed" && html`<${Glyph} name="clock" />`}
  </div>`;
}

/** On the cell itself; the keyboard has its keys, so that a sheet of many cells has one stop for each. */
function VerdictMarks({ name, verdict, decide }) {
  return html`<span class="marks">
    <button type="button" class="verdict good" tabindex="-1" aria-pressed=${String(verdict === APPROVED)} aria-label="Approve ${name}" title="Approve (A)"
      onClick=${() => decide(APPROVED)}><${Glyph} name="check" size="16" /></button>
    <button type="button" class="verdict bad" tabindex="-1" aria-pressed=${String(verdict === REJECTED)} aria-label="Reject ${name}" title="Reject (X)"
      onClick=${() => decide(REJECTED)}><${Glyph} name="close" size="16" /></button>
  </span>`;
}

/** The same beside a large icon. */
export function VerdictButtons({ verdict, decide }) {
  return html`<span class="verdicts">
    <button type="button" class="button" aria-pressed=${String(verdict === APPROVED)} onClick=${() => decide(APPROVED)}>
      <${Glyph} name="check" />${verdict === APPROVED ? "Approved" : "Approve"}</button>
    <button type="button" class="button" aria-pressed=${String(verdict === REJECTED)} onClick=${() => decide(REJECTED)}>
      <${Glyph} name="close" />${verdict === REJECTED ? "Rejected" : "Reject"}</button>
  </span>`;
}
