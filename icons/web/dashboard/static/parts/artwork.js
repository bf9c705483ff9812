// A finished icon: shown, taken home.
import { useState } from "preact/hooks";
import { file, hasSvg, svgOf } from "../core/api.js";
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

/** Saves a Blob under a name. */
export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** "Office supplies" -> "office-supplies.svg". */
const named = (icon, ending) =>
  `${icon.metadata.category.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "icon"}.${ending}`;

/** Download and, where the request is known, copy as SVG. `children`: further buttons. */
export function Actions({ icon, children }) {
  const [busy, setBusy] = useState(false);
  async function copy() {
    setBusy(true);
    await attempt(async () => {
      const svg = await svgOf(icon);
      if (navigator.clipboard) {
        await navigator.clipboard.writeText(svg);
        notify("SVG copied. Paste it into Figma, an editor, or a page.");
      } else {
        save(new Blob([svg], { type: "image/svg+xml" }), named(icon, "svg")); // a clipboard needs https or localhost
        notify("The clipboard works over https only, so the SVG was saved as a file.");
      }
    });
    setBusy(false);
  }
  const download = () =>
    attempt(async () => save(await file(`/api/images/${icon.filename}`), named(icon, icon.filename.split(".").at(-1))));
  return html`<div class="actions">
    <button type="button" class="button" onClick=${download}><${Glyph} name="download" />Download</button>
    ${hasSvg(icon) &&
    html`<button type="button" class="button" disabled=${busy} onClick=${copy}><${Glyph} name="code" />Copy SVG</button>`}
    ${children}
  </div>`;
}

export function Facts({ icon }) {
  const { metadata: about } = icon;
  const rows = [
    ["Style", styleTitle(about.style)],
    ["Colours", schemeTitle(about.color_scheme)],
    ["Objects", about.custom_elements?.join(", ")],
    ["Size", `${icon.width} × ${icon.height} px`],
    ["File", `${icon.filename.split(".").at(-1).toUpperCase()}, ${bytes(icon.bytes)}`],
    ["Drawn by", about.model],
    ["Seed", about.seed],
  ];
  return html`<dl class="facts">
    ${rows.filter(([, value]) => value !== undefined && value !== "").map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}
