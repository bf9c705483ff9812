// Batches as lists show them: how far they are, what they are called, their first pictures.
import { number, title } from "./words.js";

const LIVE = new Set(["pending", "running"]);
const NAMED = 3; // categories in the name of a batch

/** Pictures beside a batch: as many as the service sends. */
export const PREVIEWED = 4;

export const isLive = (status) => LIVE.has(status?.status);

/** Its first categories, and how many more there are. */
export function batchName({ categories, total_categories: count }) {
  const named = categories.slice(0, NAMED).map(title);
  return count > named.length ? `${named.join(", ")} + ${number(count - named.length)}` : named.join(", ");
}

/** A listed batch after an event: its newest status, and its pictures as they come. */
export function movedBatch(batch, name, body) {
  if (body.batch_id !== batch.batch_id) return batch;
  if (name.startsWith("batch_")) return body.seq > batch.seq ? { ...batch, ...body } : batch;
  const fresh = (body.images ?? []).filter((each) => !batch.preview.some((known) => known.filename === each.filename));
  const room = PREVIEWED - batch.preview.length;
  return room && fresh.length ? { ...batch, preview: [...batch.preview, ...fresh.slice(0, room)] } : batch;
}
