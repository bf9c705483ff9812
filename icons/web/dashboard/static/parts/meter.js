// Progress and shares as bars.
import { html } from "../core/html.js";

/** `parts`: [[kind, count], ...] of `total`. */
export function Meter({ label, parts, total }) {
  const share = (count) => (total ? (100 * count) / total : 0);
  const done = parts.reduce((sum, [, count]) => sum + count, 0);
  return html`<div class="meter" role="progressbar" aria-label=${label} aria-valuemin="0" aria-valuemax=${total} aria-valuenow=${done}>
    ${parts.filter(([, count]) => count > 0).map(([kind, count]) => html`<span key=${kind} class="bar ${kind}" style=${{ width: `${share(count)}%` }}></span>`)}
  </div>`;
}
