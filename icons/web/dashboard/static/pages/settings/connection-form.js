// The form of a connection, new or known.
import { useEffect, useId, useState } from "preact/hooks";
import { change, get, post } from "../../core/api.js";
import { html } from "../../core/html.js";
import { Field } from "../../parts/fields.js";

/** What each provider asks for, as the service says when it is missing. */
export const PROVIDERS = {
  openai: { title: "OpenAI", key: true },
  google: { title: "Google", key: true },
  xai: { title: "xAI", key: true },
  openrouter: { title: "OpenRouter", key: true },
  gab: { title: "Gab", key: true },
  ollama: { title: "Ollama", address: "http://localhost:11434/v1" },
  "openai-compatible": { title: "OpenAI-compatible", address: "https://images.example.com/v1" },
  local: { title: "Icon Studio", local: true },
};
const LIMITS = [["requestsPerMinute", "Requests a minute"], ["tokensPerMinute", "Tokens a minute"], ["imagesPerMinute", "Images a minute"], ["concurrency", "Calls at once"]];

/** `profile`: the one to change; without it a new one is made. */
export function ConnectionForm({ profile, saved, cancel }) {
  const [provider, setProvider] = useState(profile?.provider ?? "openai");
  const [problems, setProblems] = useState({ message: "", fields: {} });
  const [busy, setBusy] = useState(false);
  const { key, address, local } = PROVIDERS[provider] ?? {};
  async function submit(event) {
    event.preventDefault();
    const wish = wishOf(event.target, provider);
    setBusy(true);
    try {
      saved(await (profile ? change(`/api/profiles/${profile.id}`, wish) : post("/api/profiles", wish)));
    } catch (error) {
      setProblems({ message: error.message, fields: error.fields ?? {} });
      setBusy(false);
    }
  }
  const fields = Object.fromEntries(Object.entries(problems.fields).map(([name, text]) => [name, text === "missing" ? "This is needed." : text]));
  const input = (label, name, more) => html`<${Field} label=${label} problem=${fields[name]} hint=${more.hint}>
    ${(id, note) => html`<input id=${id} class="input" name=${name} aria-describedby=${note} autocomplete="off" spellcheck=${false} ...${{ ...more, hint: undefined }} />`}
  <//>`;
  return html`<form class="connection-form" aria-label=${profile ? `Edit ${profile.name}` : "New connection"} onSubmit=${submit}>
    <div class="columns">
      ${input("Name", "name", { required: true, maxlength: 100, defaultValue: profile?.name, placeholder: "My OpenAI", autofocus: true })}
      <${Field} label="Provider" problem=${fields.provider}>
        ${(id) => html`<select id=${id} class="input" name="provider" onChange=${(e) => setProvider(e.target.value)}>
          ${Object.entries(PROVIDERS).map(([name, { title }]) => html`<option key=${name} value=${name} selected=${name === provider}>${title}</option>`)}
        </select>`}
      <//>
    </div>
    ${!local && html`${input("API key", "apiKey", { type: "password", maxlength: 1000, required: key && !profile, autocomplete: "new-password", hint: keyHint(profile, key) })}
      ${input("Address", "baseUrl", { maxlength: 500, required: Boolean(address), defaultValue: profile?.baseUrl, placeholder: address ?? "The provider's own", hint: address && "Where it is reached." })}`}
    <${ModelField} provider=${provider} value=${profile?.provider === provider ? profile.model : ""} problem=${fields.model} />
    ${!local && html`<details class="more">
      <summary>Limits that the provider grants you</summary>
      <div class="columns">
        ${LIMITS.map(([name, label]) => html`<${Field} key=${name} label=${label} problem=${fields[`limits.${name}`]}>
            ${(id) => html`<input id=${id} class="input" name=${name} type="number" min="1" inputmode="numeric" defaultValue=${profile?.limits[name]} placeholder="Found out" />`}
          <//>`)}
      </div>
    </details>`}
    <p class="note wrong" role="alert">${problems.message}</p>
    <div class="actions">
      <button class="button primary" disabled=${busy}>${busy ? "Saving…" : "Save"}</button>
      <button type="button" class="button quiet" onClick=${cancel}>Cancel</button>
    </div>
  </form>`;
}

function keyHint(profile, isNeeded) {
  if (profile?.keyHint) return `Leave it empty to keep the key ending in ${profile.keyHint.slice(1)}.`;
  return isNeeded ? "Sealed at once; nobody can read it here again." : "If it asks for one.";
}

/** What the form says, as the API takes it. An empty key keeps what is there. */
function wishOf(form, provider) {
  const { name, apiKey = "", baseUrl = "", model, ...rest } = Object.fromEntries(new FormData(form));
  const limits = Object.fromEntries(LIMITS.filter(([each]) => each in rest).map(([each]) => [each, rest[each] ? +rest[each] : null]));
  return { name, provider, model: model.trim() || null, baseUrl: baseUrl.trim() || null, ...(apiKey && { apiKey }), limits };
}

/** Free text, with the models of the catalogue to choose from. */
function ModelField({ provider, value, problem }) {
  const list = useId();
  const [known, setKnown] = useState({ models: [], defaultModel: null });
  useEffect(() => {
    let wanted = true;
    get(`/api/providers/${provider}/models`).then((found) => wanted && setKnown(found), () => {});
    return () => (wanted = false);
  }, [provider]);
  return html`<${Field} label="Model" problem=${problem}>
    ${(id) => html`<input id=${id} key=${provider} class="input" name="model" list=${list} maxlength="200" defaultValue=${value ?? ""} spellcheck=${false} placeholder=${known.defaultModel ?? "The provider's usual one"} />
      <datalist id=${list}>${known.models.map((each) => html`<option key=${each.name} value=${each.name}>${each.title}</option>`)}</datalist>`}
  <//>`;
}
