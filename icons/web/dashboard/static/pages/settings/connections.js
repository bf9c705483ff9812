// Connection profiles: the account's own ways to providers. Keys go in and never come out again.
import { useState } from "preact/hooks";
import { post, remove } from "../../core/api.js";
import { useFetched } from "../../core/fetched.js";
import { classes, html } from "../../core/html.js";
import { attempt, notify } from "../../core/notices.js";
import { duration } from "../../core/words.js";
import { SureButton } from "../../parts/deeds.js";
import { Glyph } from "../../parts/glyph.js";
import { ConnectionForm, PROVIDERS } from "./connection-form.js";

export function Connections() {
  const { data, problem, look } = useFetched("/api/profiles");
  const [edited, edit] = useState(null); // a profile, or "new"
  const saved = (profile) => {
    notify(`“${profile.name}” is saved.`);
    edit(null);
    look();
  };
  return html`<section class="card wide-card" aria-labelledby="connections">
    <div class="headline">
      <h2 id="connections">Connections</h2>
      ${edited !== "new" && html`<div class="actions"><button type="button" class="button" onClick=${() => edit("new")}><${Glyph} name="plus" size="16" />Add connection</button></div>`}
    </div>
    <p>Providers that draw for you with your own key. Keys are kept sealed and never shown again.</p>
    ${edited === "new" && html`<${ConnectionForm} saved=${saved} cancel=${() => edit(null)} />`}
    ${problem && html`<p class="note wrong" role="alert">${problem}</p>`}
    <ul class="rows" aria-label="Connections">
      ${data?.data.map((each) => html`<li key=${each.id}>
          ${edited?.id === each.id
            ? html`<${ConnectionForm} profile=${each} saved=${saved} cancel=${() => edit(null)} />`
            : html`<${Connection} profile=${each} edit=${() => edit(each)} look=${look} />`}
        </li>`)}
    </ul>
    ${data?.data.length === 0 && edited !== "new" && html`<p class="note">No connections yet. Icon Studio draws by itself, for nothing.</p>`}
  </section>`;
}

function Connection({ profile, edit, look }) {
  const [tested, setTested] = useState(null); // "busy" or the service's answer
  const path = `/api/profiles/${profile.id}`;
  const test = async () => {
    setTested("busy");
    setTested(await post(`${path}/test`).catch((error) => ({ ok: false, message: error.message })));
  };
  const drop = () => attempt(async () => {
    await remove(path);
    notify(`“${profile.name}” and its key are deleted.`);
    await look();
  });
  const facts = [PROVIDERS[profile.provider]?.title ?? profile.provider, profile.model ?? "usual model", profile.baseUrl, profile.keyHint && `key ending in ${profile.keyHint.slice(1)}`];
  return html`<div class="connection">
    <span class="row-text"><strong>${profile.name}</strong><small>${facts.filter(Boolean).join(", ")}</small></span>
    <div class="actions">
      <button type="button" class="button" disabled=${tested === "busy"} aria-label="Test ${profile.name}" onClick=${test}><${Glyph} name="plug" />${tested === "busy" ? "Testing…" : "Test"}</button>
      <button type="button" class="button quiet" aria-label="Edit ${profile.name}" onClick=${edit}><${Glyph} name="pen" />Edit</button>
      <${SureButton} deed="Delete" what=${profile.name} act=${drop} />
    </div>
    <p class=${classes("tested note", { wrong: tested?.ok === false })} role="status">
      ${tested?.message && html`<${Glyph} name=${tested.ok ? "check" : "alert"} size="16" />${tested.message}${tested.latencyMs ? ` (${duration(tested.latencyMs / 1000)})` : ""}`}
    </p>
  </div>`;
}
