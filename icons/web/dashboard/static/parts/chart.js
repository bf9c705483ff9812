// Bar charts as plain SVG: zero-based, labelled, with the same figures as a table for whoever does not see them.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "../core/html.js";

const HEIGHT = 200; // px
const LEFT = 56; // px for the labels of the axis
const BELOW = 24; // px for the names of the bars
const ABOVE = 12;
const RIGHT = 24; // px, so that the last name fits
const LABEL = 64; // px that a bar's name takes

/** `bars`: [{name, value}, ...]; `format(value)` -> text; `heads`: names of the table's two columns. */
export function BarChart({ label, bars, format, heads }) {
  const [box, width] = useWidth();
  return html`<figure class="chart" ref=${box}>
    <${Bars} label=${label} bars=${bars} format=${format} width=${width} />
    <details class="more">
      <summary>As a table</summary>
      <div class="table-frame" tabindex="0" role="group" aria-label=${label}>
        <table>
          <thead><tr>${heads.map((each) => html`<th key=${each} scope="col">${each}</th>`)}</tr></thead>
          <tbody>${bars.toReversed().map(({ name, value }) => html`<tr key=${name}><th scope="row">${name}</th><td>${format(value)}</td></tr>`)}</tbody>
        </table>
      </div>
    </details>
  </figure>`;
}

function Bars({ label, bars, format, width }) {
  const most = niceMost(Math.max(...bars.map((each) => each.value)));
  const step = (width - LEFT - RIGHT) / bars.length;
  const room = HEIGHT - ABOVE - BELOW;
  const y = (value) => ABOVE + room * (1 - value / most);
  const every = Math.max(1, Math.ceil(LABEL / step));
  return html`<svg width=${width} height=${HEIGHT} viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label=${label}>
    ${[0, most / 2, most].map((value) => html`<g key=${value}>
        <line class="grid-line" x1=${LEFT} x2=${width - RIGHT} y1=${y(value)} y2=${y(value)} />
        <text class="tick" x=${LEFT - 8} y=${y(value) + 4} text-anchor="end">${format(value)}</text>
      </g>`)}
    ${bars.map(({ name, value }, at) => html`<g key=${name} class="chart-bar">
        <title>${name}: ${format(value)}</title>
        <rect class="hit" x=${LEFT + at * step} y=${ABOVE} width=${step} height=${room} />
        <rect x=${LEFT + at * step + step * 0.15} y=${y(value)} width=${step * 0.7} height=${room * (value / most)} rx=${Math.min(3, step * 0.2)} />
        ${(bars.length - 1 - at) % every === 0 && html`<text class="tick" x=${LEFT + (at + 0.5) * step} y=${HEIGHT - 6} text-anchor="middle">${name}</text>`}
      </g>`)}
  </svg>`;
}

/** The next round number above the largest bar: 1, 2 or 5 and zeros. */
function niceMost(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= value);
}

/** [ref, px]: how wide the element is, as the window changes. */
function useWidth() {
  const box = useRef();
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => setWidth(Math.max(240, Math.floor(contentRect.width))));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}
