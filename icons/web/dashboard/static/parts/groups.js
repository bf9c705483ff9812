// Picking from the categories that the service knows, by group or one by one, into a list of lines.
import { html } from "../core/html.js";
import { groups, loadCategories } from "../core/library.js";
import { parseList } from "../core/lists.js";

const key = (text) => text.trim().toLowerCase();

/** `list`: a signal of the text that the picked titles become lines of. */
export function GroupPicker({ list }) {
  return html`<details class="groups" onToggle=${loadCategories}>
    <summary>Pick from the library</summary>
    <div class="library">
      ${groups.value.map(([group, found]) => html`<${Pickable} key=${group} group=${group} titles=${found.map((each) => each.title)} list=${list} />`)}
    </div>
  </details>`;
}

function Pickable({ group, titles, list }) {
  const listed = new Set(parseList(list.value).categories.map(key));
  const picked = titles.filter((each) => listed.has(key(each)));
  const toggle = (some, on) => {
    const own = new Set(some.map(key));
    const lines = list.value.split("\n").filter((line) => line.trim() && (on || !own.has(key(line))));
    list.value = [...lines, ...(on ? some.filter((each) => !listed.has(key(each))) : [])].join("\n");
  };
  return html`<details class="pickable">
    <summary>${group}<small>${picked.length ? `${picked.length} of ${titles.length}` : titles.length}</small></summary>
    <div class="group-grid">
      <${Check} label="All of ${group}" on=${picked.length === titles.length} change=${(on) => toggle(titles, on)} />
      ${titles.map((each) => html`<${Check} key=${each} label=${each} on=${listed.has(key(each))} change=${(on) => toggle([each], on)} />`)}
    </div>
  </details>`;
}

const Check = ({ label, on, change }) => html`<label class="check">
  <input type="checkbox" checked=${on} onChange=${(e) => change(e.target.checked)} /><span>${label}</span>
</label>`;
