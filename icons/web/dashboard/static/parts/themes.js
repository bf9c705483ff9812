// An image's tags; tagging it keeps it.
import { useEffect, useState } from "preact/hooks";
import { html } from "../core/html.js";
import { attempt, notify } from "../core/notices.js";
import { keep, retheme, themesOf } from "../core/themes.js";
import { isInternal } from "../core/verdicts.js";
import { Chips } from "./chips.js";
import { Glyph } from "./glyph.js";

const MOST = 20; // tags that a person reads; the API's bound is higher

/** A new icon has none, so that nothing is asked for; give each icon a `key`. */
export function Themes({ icon }) {
  const [themes, setThemes] = useState([]);
  const [kept, setKept] = useState(false);
  useEffect(() => {
    if (icon.cached) attempt(async () => setThemes(await themesOf(icon)));
  }, []);
  const change = async (shown) => {
    const before = themes;
    setThemes(shown);
    const went = await attempt(async () => setThemes(await retheme(icon, (old) => [...old.filter(isInternal), ...shown])));
    if (went) setKept(true);
    else setThemes(before);
  };
  const save = () => attempt(async () => {
    await keep(icon);
    setKept(true);
    notify("Kept in the gallery until you delete it.");
  });
  return html`<div class="themes">
    <${Chips} label="Tags" most=${MOST} values=${themes.filter((each) => !isInternal(each))} placeholder="Add a tag: launch, blue set…" change=${change} />
    <button type="button" class="button" disabled=${kept} onClick=${save}><${Glyph} name=${kept ? "check" : "keep"} />${kept ? "Kept" : "Keep"}</button>
  </div>`;
}
