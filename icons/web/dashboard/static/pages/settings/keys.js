// API keys: made, shown once, revoked.
import { useState } from "preact/hooks";
import { post, remove } from "../../core/api.js";
import { useFetched } from "../../core/fetched.js";
import { html } from "../../core/html.js";
import { attempt, notify } from "../../core/notices.js";
import { ago, date } from "../../core/words.js";
import { CopyButton, SureButton } from "../../parts/deeds.js";
import { Field } from "../../parts/fields.js";
import { Glyph } from "../../parts/glyph.js";

export function Keys() {
  const { data, problem, look } = useFetched("/api/auth/keys");
  const [fresh, setFresh] = useState(null);
  const revoke = (key) => attempt(async () => {
    await remove(`/api/auth/keys/${key.id}`);
    setFresh((shown) => (shown?.id === key.id ? null : shown));
    notify(`“${key.name}” no longer opens anything.`);
    await look();
  });
  return html`<section class="card wide-card" aria-labelledby="keys">
    <h2 id="keys">API keys</h2>
    <p>For programs. A key may do everything you may do; send it as <code>X-API-Key</code>.</p>
    <${NewKey} made=${(key) => (setFresh(key), look())} />
    ${fresh && html`<${Fresh} key=${fresh.id} secret=${fresh.key} />`}
    ${problem && html`<p class="note wrong" role="alert">${problem}</p>`}
    <ul class="rows">
      ${data?.keys.map((each) => html`<${Key} key=${each.id} value=${each} revoke=${() => revoke(each)} />`)}
    </ul>
    ${data?.count === 0 && html`<p class="note">No keys yet.</p>`}
  </section>`;
}

function NewKey({ made }) {
  const onSubmit = (event) => {
    event.preventDefault();
    const form = event.target;
    const { name, days } = Object.fromEntries(new FormData(form));
    attempt(async () => {
      made(await post("/api/auth/keys", { name, ...(days && { expires_in_days: +days }) }));
      form.reset();
    });
  };
  return html`<form class="filters" onSubmit=${onSubmit}>
    <${Field} label="Name">${(id) => html`<input id=${id} class="input" name="name" required maxlength="100" placeholder="Build server" />`}<//>
    <${Field} label="Ends">
      ${(id) => html`<select id=${id} class="input" name="days">
        <option value="">Never</option><option value="30">In 30 days</option><option value="365">In a year</option>
      </select>`}
    <//>
    <button class="button primary"><${Glyph} name="key" />Create key</button>
  </form>`;
}

function Fresh({ secret }) {
  return html`<div class="fresh" role="status">
    <p><strong>Copy it now.</strong> It is not shown again.</p>
    <code>${secret}</code>
    <${CopyButton} text=${secret} what="Key" />
  </div>`;
}

function Key({ value, revoke }) {
  const used = value.last_used_at ? `used ${ago(value.last_used_at)}` : "never used";
  return html`<li class="row">
    <span class="row-text">
      <strong>${value.name}</strong>
      <small>…${value.hint}, made ${date(value.created_at)}, ${used}${value.expires_at ? `, ends ${date(value.expires_at)}` : ""}</small>
    </span>
    <${SureButton} deed="Revoke" what=${value.name} act=${revoke} />
  </li>`;
}
