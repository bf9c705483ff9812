// Templates: `html` makes Preact elements. Text in them is always text, never markup.
import htm from "htm";
import { h } from "preact";

export const html = htm.bind(h);

/** Class names of the truthy entries: classes("cell", { failed: true }) -> "cell failed". */
export function classes(base, flags) {
  return [base, ...Object.keys(flags).filter((name) => flags[name])].join(" ");
}
