// A batch as it fills: its status, and one signal per icon, so that an event redraws one cell and nothing else.
import { batch, signal } from "@preact/signals";
import { draw, get, post, requestOf } from "./api.js";
import { line, listen, onReturn, replay } from "./live.js";
import { changed, idOf } from "./tags.js";
import { choiceIn, judge, replace, verdictOf } from "./verdicts.js";

/**
 * Follows a batch until `close()`.
 *
 * What has been is fetched, what comes is heard; every cell knows the number of the event that it shows, so that an
 * event which is replayed late never undoes a later one.
 */
export function openSheet(id) {
  const sheet = {
    id,
    status: signal(null),
    order: signal(null),
    cells: new Map(),
    verdicts: signal({}),
    problem: signal(null),
    said: { open: 0, heard: [] }, // see `saying`
  };
  const early = []; // heard before the cells were there
  let take = (...event) => early.push(event);
  // What is of no batch may be of any: news of images, and gaps.
  const unlisten = listen((name, body) => [id, undefined].includes(body.batch_id) && take(name, body));

  async function refresh() {
    try {
      const isHeard = line.value === "on";
      const status = await get(`/api/icons/batch/${id}/status`);
      sheet.problem.value = null;
      const { results } = await get(`/api/icons/batch/${id}/result`);
      for (const result of results) put(sheet, { ...result, seq: status.seq });
      count(sheet);
      if (!(sheet.status.value?.seq > status.seq)) sheet.status.value = status;
      sheet.order.value ??= results.map((each) => each.job_id); // it never changes
      take = (name, body) => (name === "gap" ? refresh() : hear(sheet, name, body));
      for (const event of early.splice(0)) take(...event);
      await replay(id, status.seq);
      if (!isHeard) await takeChoices(sheet); // made before this page was told of them
    } catch (error) {
      sheet.problem.value = error;
    }
  }

  const leave = onReturn(() => sheet.problem.value && refresh());
  refresh();
  return { ...sheet, close: () => (unlisten(), leave()) };
}

/** What has been decided, wherever. What is decided here meanwhile stays. */
async function takeChoices(sheet) {
  const before = new Map([...sheet.cells].map(([jobId, cell]) => [jobId, cell.value]));
  const { results } = await get(`/api/icons/batch/${sheet.id}/result`);
  batch(() => {
    for (const { job_id: jobId, verdict, redrawn } of results) {
      const cell = sheet.cells.get(jobId);
      const isSame = (cell.value.verdict ?? null) === (verdict ?? null) && cell.value.redrawn?.filename === redrawn?.filename;
      if (!isSame && cell.value === before.get(jobId)) cell.value = { ...cell.value, verdict, redrawn };
    }
    count(sheet);
  });
}

function put(sheet, cell) {
  const known = sheet.cells.get(cell.job_id);
  if (known) known.value = cell;
  else sheet.cells.set(cell.job_id, signal(cell));
}

function hear(sheet, name, body) {
  if (name === "image_changed") {
    if (sheet.said.open) sheet.said.heard.push(body);
    else hearChoice(sheet, changed(body));
    return;
  }
  if (name.startsWith("batch_")) {
    if (body.seq > sheet.status.value.seq) sheet.status.value = body;
    return;
  }
  const cell = sheet.cells.get(body.job_id);
  if (!cell || body.seq <= cell.value.seq) return;
  if (name === "job_output") cell.value = { ...cell.value, status: "active", stage: body.stage, seq: body.seq };
  else cell.value = { ...cell.value, ...outcome(body) };
}

/** An image has been judged, or another one put in its place: here or in another browser. */
function hearChoice(sheet, { id, tags }) {
  const { verdict, redrawn } = choiceIn(tags);
  for (const cell of sheet.cells.values()) {
    const own = cell.peek();
    if (!own.success) continue;
    const shown = idOf(own.redrawn ?? own);
    const isReplaced = idOf(own) === id && (redrawn ?? id) !== shown;
    if (isReplaced) takeChoices(sheet).catch(() => {}); // nobody has asked for it
    else if (shown === id && verdict !== (own.verdict ?? null)) change(sheet, cell, { verdict });
  }
}

/** Runs what tells the service of a choice. What is heard meanwhile waits: an older word never undoes a newer one. */
async function saying(sheet, action) {
  sheet.said.open++;
  try {
    return await action();
  } finally {
    if (--sheet.said.open === 0) for (const body of sheet.said.heard.splice(0)) hearChoice(sheet, changed(body));
  }
}

/** What a cell shows of a job that has ended. */
function outcome({ status, images, error, seq }) {
  return { status, seq, success: status === "completed", error: error?.message, ...images?.[0] };
}

/** What was asked for, in its order. */
export const categoriesOf = (sheet) => [...new Set(sheet.order.value.map((jobId) => sheet.cells.get(jobId).peek().category))];

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

/** Approves or rejects what a cell shows; the same verdict again takes it back. */
export const decide = (sheet, jobId, verdict) =>
  decideAll(sheet, [jobId], verdict === sheet.cells.get(jobId).value.verdict ? null : verdict);

/** The same for several; null takes their verdicts back. */
export async function decideAll(sheet, jobIds, verdict) {
  const judged = jobIds.map((jobId) => sheet.cells.get(jobId));
  const before = judged.map((cell) => cell.value.verdict);
  const put = (wanted) =>
    batch(() => {
      judged.forEach((cell, at) => (cell.value = { ...cell.value, verdict: wanted(at) }));
      count(sheet);
    });
  put(() => verdict); // at once: the next key may follow
  try {
    await saying(sheet, () => judge(judged.map(({ value }) => value.redrawn ?? value), verdict));
  } catch (error) {
    put((at) => before[at]);
    throw error;
  }
}

/** The finished cells without a verdict. */
export const undecided = (sheet) =>
  sheet.order.value.filter((jobId) => sheet.cells.get(jobId).value.success && !sheet.cells.get(jobId).value.verdict);

/** Draws one icon with another seed; from now on it stands in the place of the batch's own. */
export async function redraw(sheet, jobId, seed) {
  const { icons: [redrawn] } = await draw({ ...requestOf(await details(sheet, jobId)), seed });
  const cell = sheet.cells.get(jobId);
  await saying(sheet, async () => {
    await replace(cell.value, redrawn, cell.value.redrawn);
    change(sheet, cell, { redrawn, verdict: null });
  });
}

/** Shows the batch's own icon again. */
export async function restore(sheet, jobId) {
  const cell = sheet.cells.get(jobId);
  await saying(sheet, async () => {
    await replace(cell.value, null, cell.value.redrawn);
    change(sheet, cell, { redrawn: null, verdict: await verdictOf(cell.value) });
  });
}

function change(sheet, cell, changes) {
  cell.value = { ...cell.value, ...changes };
  count(sheet);
}

/** How many icons have each verdict: {approved: 3, rejected: 1}. */
function count(sheet) {
  const found = {};
  for (const cell of sheet.cells.values()) {
    const { verdict } = cell.peek();
    if (verdict) found[verdict] = (found[verdict] ?? 0) + 1;
  }
  sheet.verdicts.value = found;
}
