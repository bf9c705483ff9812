// The public API, called with the session's token.
import { Failure, failure, unreachable } from "./failure.js";
import { renewed, token } from "./session.js";

const PAUSE = 1000; // ms between two looks at an icon that takes long
const UNFINISHED = new Set(["waiting", "active", "delayed", "pending", "running"]);
const CANCELLED = "It was cancelled before it was drawn.";

export const get = (path, query) => call("GET", query ? `${path}?${new URLSearchParams(query)}` : path);
export const post = (path, body = {}) => call("POST", path, body);
export const change = (path, body) => call("PATCH", path, body);
export const remove = (path) => call("DELETE", path);

/** The finished icons of a request: {icons, batchId: of several}. Raises Failure. */
export async function draw(request) {
  const answer = await post("/api/icons/generate", request);
  const { batch_id: batchId, status_url: later } = answer; // it may take its time
  if (!later) return { icons: answer.images ?? [answer], batchId };
  return { icons: batchId ? await finishedBatch(batchId) : [await finishedJob(answer.job_id)], batchId };
}

/** The same icon as SVG text. */
export async function svgOf(icon) {
  const vector = isVector(icon) ? icon : (await draw({ ...requestOf(icon), format: "svg" })).icons[0];
  return (await fetch(vector.image_url).catch(unreachable)).text();
}

/** Whether `svgOf` is free: the file is one, or the studio itself draws it again from what was asked for. */
export const hasSvg = (icon) =>
  isVector(icon) || (icon.metadata.seed !== undefined && icon.metadata.model?.startsWith("local/"));

const isVector = (icon) => icon.filename?.endsWith(".svg");

/** What to ask for to get this icon again. */
export function requestOf({ metadata }) {
  const names = ["category", "style", "color_scheme", "custom_elements", "brand_colors", "size", "format", "background"];
  const request = Object.fromEntries([...names, "seed", "variation", "provider"].map((name) => [name, metadata[name]]));
  return { ...request, model: metadata.requested_model ?? undefined, quality: metadata.quality || undefined };
}

/** A file behind a credential, as a Blob. */
export async function file(path) {
  const answer = await send("GET", path);
  return answer.blob();
}

/** Lists that are too long for one request, in pieces. */
export function* chunks(values, most) {
  for (let at = 0; at < values.length; at += most) yield values.slice(at, at + most);
}

async function call(method, path, body) {
  const answer = await send(method, path, body);
  return answer.status === 204 ? null : answer.json();
}

async function send(method, path, body) {
  const content = body === undefined ? {} : { "Content-Type": "application/json" };
  const once = (bearer) =>
    fetch(path, {
      method,
      headers: { Authorization: `Bearer ${bearer}`, ...content },
      body: body === undefined ? undefined : JSON.stringify(body),
    }).catch(unreachable);
  const bearer = await token();
  let answer = await once(bearer);
  if (answer.status === 401) answer = await once(await renewed(bearer));
  if (!answer.ok) throw await failure(answer);
  return answer;
}

async function finishedJob(id) {
  const job = await ended(`/api/icons/jobs/${id}`);
  if (!job.result) throw new Failure(job.error?.message ?? CANCELLED);
  return job.result;
}

async function finishedBatch(id) {
  await ended(`/api/icons/batch/${id}/status`);
  const { results } = await get(`/api/icons/batch/${id}/result`);
  const icons = results.filter((each) => each.success);
  if (!icons.length) throw new Failure(results[0].error ?? CANCELLED);
  return icons;
}

/** The body of a status address once it says that the work has ended. */
async function ended(path) {
  let body;
  do {
    await new Promise((go) => setTimeout(go, PAUSE));
    body = await get(path);
  } while (UNFINISHED.has(body.status));
  return body;
}
