// A batch as it fills: its status, and one signal per icon, so that an event redraws one cell and nothing else.
import { signal } from "@preact/signals";
import { draw, get, post, requestOf } from "./api.js";
import { listen, replay } from "./live.js";
import { read } from "./keeping.js";

const LIVE = new Set(["pending", "running"]);

export const isLive = (status) => LIVE.has(status?.status);
export const finished = (status) => status.completed + status.failed + status.cancelled;

/**
 * Follows a batch until `close()`.
 *
 * What has been is fetched, what comes is heard; every cell knows the number of the event that it shows, so that an
 * event which is replayed late never undoes a later one.
 */
export function openSheet(id) {
  const sheet = { id, status: signal(null), order: signal(null), cells: new Map(), problem: signal(null) };
  const early = []; // heard before the cells were there
  let take = (...event) => early.push(event);
  const unlisten = listen((name, body) => (name === "gap" || body.batch_id === id) && take(name, body));

  async function refresh() {
    try {
      const status = await get(`/api/icons/batch/${id}/status`);
      const { results } = await get(`/api/icons/batch/${id}/result`);
      for (const result of results) put(sheet, { ...result, seq: status.seq });
      if (!(sheet.status.value?.seq > status.seq)) sheet.status.value = status;
      sheet.order.value ??= results.map((each) => each.job_id); // it never changes
      take = (name, body) => (name === "gap" ? refresh() : hear(sheet, name, body));
      for (const event of early.splice(0)) take(...event);
      await replay(id, status.seq);
      await redrawAgain(sheet);
    } catch (error) {
      sheet.problem.value = error;
    }
  }

  refresh();
  return { ...sheet, close: unlisten };
}

function put(sheet, cell) {
  const known = sheet.cells.get(cell.job_id);
  if (known) known.value = { ...cell, redrawn: known.value.redrawn };
  else sheet.cells.set(cell.job_id, signal(cell));
}

function hear(sheet, name, body) {
  if (name.startsWith("batch_")) {
    if (body.seq > sheet.status.value.seq) sheet.status.value = body;
    return;
  }
  const cell = sheet.cells.get(body.job_id);
  if (!cell || body.seq <= cell.value.seq) return;
  if (name === "job_output") cell.value = { ...cell.value, status: "active", stage: body.stage, seq: body.seq };
  else cell.value = { ...cell.value, ...outcome(body) };
}

/** What a cell shows of a job that has ended. */
function outcome({ status, images, error, seq }) {
  return { status, seq, success: status === "completed", error: error?.message, ...images?.[0] };
}

// What a person may do

export async function cancel(sheet) {
  await post(`/api/icons/batch/${sheet.id}/cancel`);
}

/** Begins all failed and cancelled icons anew. */
export async function retryFailed(sheet) {
  const status = await post(`/api/icons/batch/${sheet.id}/retry`);
  sheet.status.value = status;
  for (const cell of sheet.cells.values()) if (isLost(cell.value)) begin(cell, status.seq);
}

/** Begins one failed or cancelled icon anew. */
export async function retryOne(sheet, jobId) {
  await post(`/api/icons/jobs/${jobId}/retry`);
  begin(sheet.cells.get(jobId));
}

export const isLost = (cell) => cell.status === "failed" || cell.status === "cancelled";

function begin(cell, seq = cell.value.seq) {
  if (cell.value.seq <= seq && isLost(cell.value)) cell.value = { ...cell.value, status: "waiting", error: undefined, seq };
}

/** A cell's icon with what was asked for, which events do not tell. */
export async function details(sheet, jobId) {
  const cell = sheet.cells.get(jobId).value;
  if (cell.redrawn) return cell.redrawn;
  if (cell.metadata) return cell;
  return (await get(`/api/icons/jobs/${jobId}`)).result;
}

/** Draws one icon with another seed. The batch keeps what it had; this browser shows the new one in its place. */
export async function redraw(sheet, jobId, seed) {
  const { variation, ...request } = requestOf(await details(sheet, jobId));
  const [icon] = await draw({ ...request, seed });
  const cell = sheet.cells.get(jobId);
  cell.value = { ...cell.value, redrawn: icon };
  const seeds = { ...read(localStorage, redrawnKey(sheet), {}), [jobId]: seed };
  localStorage.setItem(redrawnKey(sheet), JSON.stringify(seeds));
}

/** After a reload: the same requests again, answered from the cache. */
async function redrawAgain(sheet) {
  for (const [jobId, seed] of Object.entries(read(localStorage, redrawnKey(sheet), {}))) {
    if (sheet.cells.get(jobId)?.value.success) await redraw(sheet, jobId, seed);
  }
}

const redrawnKey = (sheet) => `icon-studio.redrawn.${sheet.id}`;
