// Workers from outside, browser extensions for instance, that are connected now.
import { useFetched } from "../../core/fetched.js";
import { html } from "../../core/html.js";
import { ago, number } from "../../core/words.js";
import { CopyButton } from "../../parts/deeds.js";

const POLL = 5000; // ms: nothing tells when one comes or goes

export function Workers() {
  const { data: info } = useFetched("/api/websocket/info");
  const { data, problem } = useFetched("/api/workers", POLL);
  return html`<section class="card wide-card" aria-labelledby="workers">
    <h2 id="workers">Connected workers</h2>
    <p>Browser extensions that draw for you. They connect to this address with one of your API keys.</p>
    ${info && html`<div class="secret"><code>${info.url}</code><div class="actions"><${CopyButton} text=${info.url} what="Address" /></div></div>`}
    ${problem && html`<p class="note wrong" role="alert">${problem}</p>`}
    <ul class="rows" aria-label="Connected workers">
      ${data?.data.map((each) => html`<${Worker} key=${each.id} value=${each} />`)}
    </ul>
    ${data?.data.length === 0 && html`<p class="note" role="status">None is connected now.</p>`}
  </section>`;
}

function Worker({ value }) {
  const { extensionId, version, capabilities, capacity, active, available, connectedAt, lastSeenAt } = value;
  const state = active ? ["running", "Drawing"] : available ? ["completed", "Ready"] : ["pending", "Paused"];
  return html`<li class="row delivery">
    <span class="row-text">
      <strong>${extensionId}${version ? ` ${version}` : ""}</strong>
      <small>${capabilities.join(", ") || "draws anything"}</small>
      <small>${number(active)} of ${number(capacity)} at once, connected ${ago(connectedAt)}, heard of ${ago(lastSeenAt)}</small>
    </span>
    <span class="badge ${state[0]}">${state[1]}</span>
  </li>`;
}
