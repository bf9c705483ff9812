// Who draws, with which model and how carefully. With nobody but the studio itself there is nothing to choose.
import { useEffect } from "preact/hooks";
import { html } from "../core/html.js";
import { abilities, canChoose, defaultModelOf, engineOf, engines, loadEngines, modelsOf } from "../core/engines.js";
import { title } from "../core/words.js";
import { Field, Segmented } from "./fields.js";

/** `set(change)`: of the fields `provider`, `model` and `quality`; undefined = the default. `problems`: field -> text. */
export function EnginePicker({ value, set, problems }) {
  useEffect(() => void loadEngines().then(() => set({})), []); // a connection of the draft may be gone
  if (!canChoose.value) return null;
  const qualities = abilities(value).qualities.map((each) => [each, title(each)]);
  return html`<div class="columns">
    <${Field} label="Drawn by" problem=${problems.provider}>
      ${(id, note) => html`<select id=${id} class="input" aria-describedby=${note} value=${engineOf(value)?.value}
        onChange=${(e) => set({ provider: e.target.value, model: undefined, quality: undefined })}>
        <${Options} list=${engines.value.filter((each) => !each.own)} />
        ${engines.value.some((each) => each.own) &&
        html`<optgroup label="Your connections"><${Options} list=${engines.value.filter((each) => each.own)} /></optgroup>`}
      </select>`}
    <//>
    <${ModelField} value=${value} set=${set} problem=${problems.model} />
    ${qualities.length > 0 &&
    html`<div class="wide"><${Segmented} label="Quality" options=${[["", "Auto"], ...qualities]} value=${value.quality ?? ""}
      choose=${(quality) => set({ quality: quality || undefined })} /></div>`}
  </div>`;
}

const Options = ({ list }) => list.map((each) => html`<option key=${each.value} value=${each.value}>${each.title}</option>`);

/** A list of the catalogue's models; a text field where the catalogue knows none. */
function ModelField({ value, set, problem }) {
  if (engineOf(value)?.provider === "local") return null;
  const models = modelsOf(value);
  const usual = defaultModelOf(value);
  const shown = models.find((each) => each.name === usual)?.title || usual;
  const change = (e) => set({ model: e.target.value.trim() || undefined, quality: undefined });
  return html`<${Field} label="Model" problem=${problem}>
    ${(id, note) =>
      models.length
        ? html`<select id=${id} class="input" aria-describedby=${note} value=${value.model ?? ""} onChange=${change}>
            <option value="">${shown || "The usual one"}</option>
            ${models.filter((each) => each.name !== usual).map((each) => html`<option key=${each.name} value=${each.name}>${each.title || each.name}</option>`)}
          </select>`
        : html`<input id=${id} class="input" aria-describedby=${note} maxlength="100" value=${value.model ?? ""} placeholder=${usual || "Its name"} onChange=${change} />`}
  <//>`;
}
