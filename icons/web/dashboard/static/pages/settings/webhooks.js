// Webhooks: the secret that signs them, and what has been delivered.
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../../core/api.js";
import { useFetched } from "../../core/fetched.js";
import { html } from "../../core/html.js";
import { attempt, notify } from "../../core/notices.js";
import { ago, date, plural } from "../../core/words.js";
import { CopyButton, SureButton } from "../../parts/deeds.js";
import { Field } from "../../parts/fields.js";
import { Glyph } from "../../parts/glyph.js";

const PAGE = 10;
const POLL = 5000; // ms between looks while something is on its way
const STATES = [["", "All"], ["pending", "On the way"], ["delivered", "Delivered"], ["failed", "Given up"], ["disabled", "Address gone"]];
const WORDS = Object.fromEntries(STATES);
const KINDS = { delivered: "completed", failed: "failed", disabled: "failed", pending: "running" }; // looks of a badge

export function Webhooks() {
  return html`<section class="card wide-card" aria-labelledby="webhooks">
    <h2 id="webhooks">Webhooks</h2>
    <p>Add <code>webhookUrl</code> to a request, and that address is told when a job or batch has ended. Messages are signed by the Standard Webhooks way.</p>
    <${Secret} />
    <${Deliveries} />
  </section>`;
}

function Secret() {
  const { data, problem, look } = useFetched("/api/webhooks/secret");
  const [shown, show] = useState(false);
  const rotate = () => attempt(async () => {
    await post("/api/webhooks/secret/rotate");
    notify("From now on messages are signed with the new secret, and for a while with the old one, too.");
    show(true);
    await look();
  });
  if (problem) return html`<p class="note wrong" role="alert">${problem}</p>`;
  if (!data) return null;
  return html`<div class="secret">
    <span class="row-text">
      <strong>Signing secret</strong>
      <small>Made ${date(data.createdAt)}${data.previousValidUntil ? `; the one before signs along until ${date(data.previousValidUntil)}` : ""}</small>
    </span>
    <code>${shown ? data.secret : "•".repeat(24)}</code>
    <div class="actions">
      <button type="button" class="button" aria-pressed=${String(shown)} onClick=${() => show(!shown)}><${Glyph} name="key" />${shown ? "Hide" : "Show"}</button>
      <${CopyButton} text=${data.secret} what="Secret" />
      <${SureButton} deed="Rotate" what="the signing secret" glyph="again" act=${rotate} />
    </div>
  </div>`;
}

function Deliveries() {
  const [status, setStatus] = useState("");
  const { deliveries, next, problem, look, more } = useDeliveries(status);
  return html`<div class="deliveries">
    <h3>Deliveries</h3>
    <div class="filters">
      <${Field} label="Show">
        ${(id) => html`<select id=${id} class="input" value=${status} onChange=${(e) => setStatus(e.target.value)}>
          ${STATES.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}
        </select>`}
      <//>
      <button type="button" class="button" onClick=${look}><${Glyph} name="again" />Look again</button>
    </div>
    ${problem && html`<p class="note wrong" role="alert">${problem}</p>`}
    <ul class="rows" aria-label="Deliveries">
      ${deliveries?.map((each) => html`<${Delivery} key=${each.id} value=${each} look=${look} />`)}
    </ul>
    ${deliveries?.length === 0 && html`<p class="note">${status ? "None of this kind." : "Nothing has been sent yet."}</p>`}
    ${next && html`<button type="button" class="button wide" onClick=${more}>Show more</button>`}
  </div>`;
}

function Delivery({ value, look }) {
  const again = () => attempt(async () => {
    await post(`/api/webhooks/deliveries/${value.id}/redeliver`);
    notify("It is sent once more.");
    await look();
  });
  return html`<li class="row delivery">
    <span class="row-text">
      <strong>${value.event}</strong>
      <small>${value.url}</small>
      <small>${outcome(value)}</small>
    </span>
    <span class="badge ${KINDS[value.status]}">${WORDS[value.status]}</span>
    ${value.status !== "pending" && html`<button type="button" class="button quiet" aria-label="Redeliver ${value.event} of ${date(value.createdAt)}" onClick=${again}><${Glyph} name="again" />Redeliver</button>`}
  </li>`;
}

function outcome({ status, attempts, lastStatus, lastError, createdAt, nextAttemptAt }) {
  const tried = attempts ? plural(attempts, "attempt") : "not tried yet";
  const answer = status === "delivered" ? lastStatus && `answered ${lastStatus}` : lastError?.replace(/\.$/, "") || (lastStatus && `answered ${lastStatus}`);
  const next = status === "pending" && nextAttemptAt && attempts > 0 && `again at ${date(nextAttemptAt)}`;
  return [ago(createdAt), tried, answer, next].filter(Boolean).join(", ");
}

/** Pages of deliveries, newest first; the first is looked at again while something is on its way. */
function useDeliveries(status) {
  const [pages, setPages] = useState(null); // {deliveries, next, problem}
  const fetchPage = (after) => get("/api/webhooks/deliveries", { limit: PAGE, ...(status && { status }), ...(after && { after }) });
  const look = () => fetchPage().then(
    ({ data, nextCursor }) => setPages({ deliveries: data, next: nextCursor, problem: "" }),
    (error) => setPages((known) => ({ deliveries: null, next: null, ...known, problem: error.message })),
  );
  const more = () => attempt(async () => {
    const { data, nextCursor } = await fetchPage(pages.next);
    setPages((known) => ({ ...known, deliveries: [...known.deliveries, ...data], next: nextCursor }));
  });
  useEffect(() => void look(), [status]);
  const isMoving = pages?.deliveries?.length <= PAGE && pages.deliveries.some((each) => each.status === "pending");
  useEffect(() => {
    if (!isMoving) return;
    const timer = setInterval(look, POLL);
    return () => clearInterval(timer);
  }, [status, isMoving]);
  return { deliveries: pages?.deliveries, next: pages?.next, problem: pages?.problem, look, more };
}
