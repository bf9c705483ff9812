// Deleting with a way back: pictures leave the page at once and the service a few seconds later.
//
// Until then nothing has been deleted, and the message says so. The deletion is sent when the time is up, when the
// message is dismissed, or when the page is left; a crash in between loses no picture.
import { signal } from "@preact/signals";
import { chunks, post } from "../../core/api.js";
import { attempt, dismiss, notify, propose } from "../../core/notices.js";
import { farewells, session } from "../../core/session.js";
import { plural } from "../../core/words.js";

const SECONDS = 10;
const AT_ONCE = 500; // the API's most
const PATH = "/api/images/delete";

/** Ids that the page does not show any more. */
export const hidden = signal(new Set());

let leaving = null; // {ids, notice, timer}

/** Begins to delete; what was begun before is sent now. */
export function remove(ids) {
  finish();
  hide(ids);
  const text = `${plural(ids.length, "picture")} will be deleted in ${SECONDS} seconds, from batches too.`;
  const notice = propose(text, { label: "Undo", run: undo, dismissed: finish });
  leaving = { ids, notice, timer: setTimeout(finish, SECONDS * 1000) };
}

/** Brings back what has not been sent; whether there was anything. */
export function undo() {
  const undone = taken();
  if (!undone) return false;
  show(undone.ids);
  notify(`${plural(undone.ids.length, "picture is", "pictures are")} back. Nothing was deleted.`);
  return true;
}

async function finish() {
  const due = taken();
  if (!due) return;
  for (const ids of chunks(due.ids, AT_ONCE)) {
    const gone = await attempt(() => post(PATH, { ids }));
    if (!gone) show(ids);
  }
}

/** The page goes away: a request that outlives it. */
function finishLeaving() {
  const due = taken();
  if (!due || !session.peek()) return;
  const headers = { Authorization: `Bearer ${session.peek().access}`, "Content-Type": "application/json" };
  for (const ids of chunks(due.ids, AT_ONCE)) fetch(PATH, { method: "POST", keepalive: true, headers, body: JSON.stringify({ ids }) });
}

addEventListener("pagehide", finishLeaving);
farewells.add(finish);

function taken() {
  const due = leaving;
  leaving = null;
  if (due) {
    clearTimeout(due.timer);
    dismiss(due.notice);
  }
  return due;
}

const hide = (ids) => (hidden.value = new Set([...hidden.value, ...ids]));
const show = (ids) => (hidden.value = new Set([...hidden.value].filter((each) => !ids.includes(each))));
