// A finished icon: shown, taken home.
import { useState } from "preact/hooks";
import { hasSvg, svgOf } from "../core/api.js";
import { blobOf, ending, fileName, formatName, formatsOf, save } from "../core/files.js";
import { html } from "../core/html.js";
import { attempt, notify } from "../core/notices.js";
import { schemeTitle, styleTitle } from "../core/library.js";
import { bytes } from "../core/words.js";
import { Glyph } from "./glyph.js";

/** Address of a thumbnail; the service gives vector pictures and small ones as they are. */
const thumb = (icon, width) => `${icon.image_url}&w=${width}`;

export function Thumbnail({ icon, alt }) {
  return html`<img class="thumbnail" src=${thumb(icon, 128)} srcset="${thumb(icon, 128)} 1x, ${thumb(icon, 256)} 2x"
    alt=${alt} width="128" height="128" loading="lazy" decoding="async" />`;
}

/** Downloads in every format, and a copy as SVG where the request is known. `children`: further buttons. */
export function Actions({ icon, name, children }) {
  const [busy, setBusy] = useState(null); // the format on its way
  const run = (format, action) => async () => {
    setBusy(format);
    await attempt(action);
    setBusy(null);
  };
  const download = (format) => run(format, async () => save(await blobOf(icon, format), fileName(name, format)));
  return html`<div class="actions">
    <div class="joined" role="group" aria-label="Download">
      ${formatsOf(icon).map((each, at) => html`<button key=${each} type="button" class="button" disabled=${busy === each} onClick=${download(each)}>
          ${at === 0 && html`<${Glyph} name="download" />`}<span class="unseen">Download as </span>${formatName(each)}
        </button>`)}
    </div>
    ${hasSvg(icon) && html`<button type="button" class="button" disabled=${busy === "copy"} onClick=${run("copy", () => copySvg(icon, name))}>
      <${Glyph} name="code" />Copy SVG</button>`}
    ${children}
  </div>`;
}

async function copySvg(icon, name) {
  const svg = await svgOf(icon);
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(svg);
    notify("SVG copied. Paste it into Figma, an editor, or a page.");
  } else {
    save(new Blob([svg], { type: "image/svg+xml" }), fileName(name, "svg")); // a clipboard needs https or localhost
    notify("The clipboard works over https only, so the SVG was saved as a file.");
  }
}

export function Facts({ icon }) {
  const { metadata: about } = icon;
  const rows = [
    ["Style", styleTitle(about.style)],
    ["Colours", schemeTitle(about.color_scheme)],
    ["Objects", about.custom_elements?.join(", ")],
    ["Size", `${icon.width} × ${icon.height} px`],
    ["File", `${formatName(ending(icon))}, ${bytes(icon.bytes)}`],
    ["Drawn by", about.model?.startsWith("local/") ? "Icon Studio" : about.model],
    ["Seed", about.seed],
  ];
  return html`<dl class="facts">
    ${rows.filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}
