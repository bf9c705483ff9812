// Who can draw: the operator's providers and the account's connections, and what the models of each allow.
import { computed, signal } from "@preact/signals";
import { get } from "./api.js";
import { attempt } from "./notices.js";

const LOCAL = "local"; // it draws any size and format
const NAMES = { local: "Icon Studio", openai: "OpenAI", google: "Google", xai: "xAI", openrouter: "OpenRouter", ollama: "Ollama", gab: "Gab" };

/** [{value, title, provider, model, own, isDefault}]; `value` is what a request names, `own`: a connection of the account. */
export const engines = signal([]);

const catalogue = signal({}); // provider -> {defaultModel, models}

/** Whether there is anything to choose. */
export const canChoose = computed(() => engines.value.length > 1);

/** Looked up at each visit of a form: connections come and go on the Settings page. */
export async function loadEngines() {
  await attempt(async () => {
    const [{ providers }, { data: profiles }] = await Promise.all([get("/api/providers"), get("/api/profiles")]);
    const operators = providers
      .filter((each) => each.available)
      .map(({ name, default: isDefault }) => ({ value: name, title: NAMES[name] ?? name, provider: name, isDefault }));
    const own = profiles.map(({ id, name, provider, model }) => ({ value: id, title: name, provider, model, own: true }));
    const wanted = new Set([...operators, ...own].map((each) => each.provider).filter((name) => name !== LOCAL));
    const found = await Promise.all([...wanted].map(async (name) => [name, await get(`/api/providers/${name}/models`)]));
    catalogue.value = Object.fromEntries(found);
    engines.value = [...operators, ...own];
  });
}

/** The engine that a draft means. */
export const engineOf = ({ provider }) =>
  engines.value.find((each) => (provider ? each.value === provider : each.isDefault)) ?? engines.value[0];

/** Models that can be named for a draft: [{name, title, ...}]. */
export const modelsOf = (draft) => catalogue.value[engineOf(draft)?.provider]?.models ?? [];

/** The name of the model that draws when a draft names none. */
export const defaultModelOf = (draft) => engineOf(draft)?.model ?? catalogue.value[engineOf(draft)?.provider]?.defaultModel ?? "";

/**
 * What a draft may choose: {vector, most, qualities, cutsOut}.
 *
 * `most`: the longest side in px that the model draws; the studio makes pictures smaller, never larger. `cutsOut`:
 * the model itself leaves the background out. Of a model that nobody knows, everything but SVG may be asked.
 */
export function abilities(draft) {
  const engine = engineOf(draft);
  if (!engine || engine.provider === LOCAL) return { vector: true, most: Infinity, qualities: [], cutsOut: true };
  const name = draft.model || defaultModelOf(draft);
  const model = modelsOf(draft).find((each) => each.name === name || each.aliases.includes(name));
  if (!model) return { vector: false, most: Infinity, qualities: [], cutsOut: false };
  const sides = model.sizes.flatMap((size) => size.split("x").map(Number));
  return {
    vector: model.formats.includes("svg"),
    most: sides.length && !model.freeSize ? Math.max(...sides) : Infinity,
    qualities: model.qualities,
    cutsOut: model.transparent !== "no",
  };
}
