// The interface's own line symbols, 24 x 24, drawn in the colour of the text. Decoration: screen readers skip them.
import { html } from "../core/html.js";
import { own } from "../core/own.js";

const PATHS = {
  draw: "M12 3l1.9 5.1L19 10l-5.1 1.9L12 17l-1.9-5.1L5 10l5.1-1.9zM19 16l.8 2.2L22 19l-2.2.8L19 22l-.8-2.2L16 19l2.2-.8z",
  batch: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
  gallery: "M4 5h16v14H4zM4 16l4.5-4.5L13 16M12 14l3-3 5 5M9 9h.01",
  queue: "M4 19V9M10 19V5M16 19v-7M21 19H3",
  settings: "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5v5M8 14.5v5",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  again: "M4 12a8 8 0 0 1 14-5.3L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.3L4 15M4 20v-5h5",
  alert: "M12 8v5M12 16.5h.01M12 3.5l9.5 16.5h-19z",
  bin: "M5 7h14M10 4h4M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  key: "M15.5 4.5a4 4 0 1 0 .01 0M12.7 11.300L4.500 19.500M7.500 16.500l2.500 2.500",
  leave: "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9",
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  stop: "M7 7h10v10H7z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  code: "M9 7l-5 5 5 5M15 7l5 5-5 5",
  keep: "M7 4h10v16l-5-4-5 4z",
  pen: "M4 20l1-4.500L16 4.500l3.500 3.500L8.500 19zM13.500 7l3.500 3.500",
  plug: "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 21h4",
  clock: "M12 3.500a8.500 8.500 0 1 0 .01 0M12 8v4.500l3 2",
};

/** `name`: one of the above. */
export function Glyph({ name, size = 20 }) {
  return html`<svg class="glyph" viewBox="0 0 24 24" width=${size} height=${size} aria-hidden="true">
    <path d=${PATHS[name]} />
  </svg>`;
}

/** The product's mark. */
export function Mark({ size = 28 }) {
  return html`<img class="mark" src=${own("mark.svg")} width=${size} height=${size} alt="" />`;
}
