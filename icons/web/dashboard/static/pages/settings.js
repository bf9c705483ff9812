// Settings: a section for each thing an account can set.
import { html } from "../core/html.js";
import { session, signOut } from "../core/session.js";
import { Glyph } from "../parts/glyph.js";
import { Connections } from "./settings/connections.js";
import { Keys } from "./settings/keys.js";
import { Webhooks } from "./settings/webhooks.js";
import { Workers } from "./settings/workers.js";

/** A section more is a component and a line here. */
const SECTIONS = [Connections, Keys, Webhooks, Workers, Account];

export function SettingsPage() {
  return html`<div class="page narrow">
    <header class="headline"><h1>Settings</h1></header>
    ${SECTIONS.map((Section) => html`<${Section} key=${Section.name} />`)}
  </div>`;
}

function Account() {
  return html`<section class="card wide-card" aria-labelledby="account">
    <h2 id="account">Account</h2>
    <p>Signed in as <strong>${session.value.username}</strong>. Every address of the service is described at <a href="/api-docs">/api-docs</a>.</p>
    <div class="actions"><button type="button" class="button" onClick=${signOut}><${Glyph} name="leave" />Sign out</button></div>
  </section>`;
}
