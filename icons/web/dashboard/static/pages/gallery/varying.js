// Pictures made from a picture: offered when a connection has a model that looks at pictures.
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../../core/api.js";
import { defaultModelOf, engines, loadEngines, modelsOf } from "../../core/engines.js";
import { Failure } from "../../core/failure.js";
import { html } from "../../core/html.js";
import { Field, Stepper } from "../../parts/fields.js";
import { Glyph } from "../../parts/glyph.js";

const PAUSE = 1500; // ms between two looks at pictures that take long
const MOST = 4;

/** The account's connections whose model takes references, as the catalogue says. */
function able() {
  return engines.value.filter(({ own, value }) => {
    const draft = { provider: value };
    const name = defaultModelOf(draft);
    return own && modelsOf(draft).find((each) => each.name === name || each.aliases.includes(name))?.maxReferences > 0;
  });
}

/** `drawn(records)`. Nothing where no connection can. */
export function Varying({ picture, drawn }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState();
  const [count, setCount] = useState(1);
  useEffect(() => void (engines.value.length || loadEngines()), []);
  const connections = able();
  if (!connections.length) return null;
  async function submit(event) {
    event.preventDefault();
    const { prompt, profileId } = Object.fromEntries(new FormData(event.target));
    setBusy(true);
    setProblem();
    try {
      drawn(await made({ prompt, profileId, tags: picture.tags, options: { n: count, references: [picture.id] } }));
    } catch (error) {
      setProblem(error.message);
    }
    setBusy(false);
  }
  return html`<details class="more">
    <summary>Change this picture</summary>
    <form class="varying" onSubmit=${submit}>
      <${Field} label="What shall be different?" problem=${problem}>
        ${(id, note) => html`<textarea id=${id} class="input" name="prompt" rows="2" required maxlength="4000" aria-describedby=${note} placeholder="The same, at night"></textarea>`}
      <//>
      <div class="columns">
        <${Field} label="Drawn over">
          ${(id) => html`<select id=${id} class="input" name="profileId">
            ${connections.map((each) => html`<option key=${each.value} value=${each.value}>${each.title}</option>`)}
          </select>`}
        <//>
        <${Stepper} label="Pictures" value=${count} most=${MOST} choose=${setCount} />
      </div>
      <button class="button primary" disabled=${busy}><${Glyph} name="draw" />${busy ? "Drawing…" : "Draw"}</button>
    </form>
  </details>`;
}

/** The pictures of a request, however long they take. Raises Failure. */
async function made(request) {
  let answer = await post("/api/images/generate", request);
  while (answer.jobId && !["completed", "failed", "cancelled"].includes(answer.status)) {
    await new Promise((go) => setTimeout(go, PAUSE));
    answer = await get(`/api/images/${answer.jobId}`);
  }
  if (!answer.data.length) throw new Failure(answer.error?.message ?? "It was cancelled before it was drawn.");
  return answer.data;
}
