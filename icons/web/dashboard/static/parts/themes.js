// An image's tags; tagging it keeps it.
import { useEffect, useState } from "preact/hooks";
import { html } from "../core/html.js";
import { attempt, notify } from "../core/notices.js";
import { idOf, keep, retag, theme, themesOf } from "../core/tags.js";
import { isInternal } from "../core/verdicts.js";
import { Chips } from "./chips.js";
import { Glyph } from "./glyph.js";

const MOST = 20; // tags that a person reads; the API's bound is higher

/** A new icon has none, so that nothing is asked for; give each icon a `key`. */
export function Themes({ icon }) {
  const [themes, setThemes] = useState([]);
  const [kept, setKept] = useState(false);
  useEffect(() => {
    if (icon.cached) attempt(async () => setThemes((await themesOf(icon)).filter((each) => !isInternal(each))));
  }, []);
  const change = async (shown) => {
    const before = themes;
    setThemes(shown);
    const fresh = shown.filter((each) => !before.includes(each));
    const gone = before.filter((each) => !shown.includes(each));
    if (await attempt(() => retag([idOf(icon)], fresh.map(theme), gone.map(theme)))) setKept(true);
    else setThemes(before);
  };
  const save = () => attempt(async () => {
    await keep(icon);
    setKept(true);
    notify("Kept in the gallery until you delete it.");
  });
  return html`<div class="themes">
    <${Chips} label="Tags" most=${MOST} values=${themes} placeholder="Add a tag: launch, blue set…" change=${change} />
    <button type="button" class="button" disabled=${kept} onClick=${save}><${Glyph} name=${kept ? "check" : "keep"} />${kept ? "Kept" : "Keep"}</button>
  </div>`;
}
