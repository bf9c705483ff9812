// The one Socket.IO connection. It resumes after the last event heard, so that a break in the line loses nothing.
import { effect, signal } from "@preact/signals";
import { io } from "socket.io-client";
import { renewed, session } from "./session.js";

const NAMES = ["job_output", "job_completed", "batch_progress", "batch_completed", "image_changed"];
const PAUSE = 3000; // ms before a refused connection is tried again

/** "off", "connecting" or "on". */
export const line = signal("off");

const listeners = new Set();
const returns = new Set();
let socket = null;
let heard; // seq of the newest event; undefined = none yet
let used; // the token of the present connection
let broken = false;

/** Has `listener(name, body)` called at each event, and `listener("gap")` when too many were missed to be replayed. */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Has `look()` called each time the line is back after a break: what could not be fetched meanwhile now can. */
export function onReturn(look) {
  returns.add(look);
  return () => returns.delete(look);
}

/** Replays a batch's events newer than `after`; resolves once the service has sent them. */
export async function replay(batchId, after) {
  const answer = await socket?.emitWithAck("subscribe", { batch_id: batchId, after });
  if (answer?.ok) heard = Math.max(heard ?? 0, answer.seq);
}

/** Keeps a connection open as long as somebody is signed in. */
export function start() {
  let username;
  effect(() => {
    if (session.value?.username === username) return;
    username = session.value?.username;
    close();
    if (username) open();
  });
}

function open() {
  line.value = "connecting";
  socket = io({ transports: ["websocket"], auth: (give) => give(credential()), reconnectionDelayMax: 4000 });
  socket.on("connect", connected);
  socket.on("disconnect", (reason) => {
    lost();
    if (reason === "io server disconnect") retry(renewed(used)); // its token has run out
  });
  socket.on("connect_error", refused);
  for (const name of NAMES) socket.on(name, (body) => hear(name, body));
}

function connected() {
  line.value = "on";
  if (broken) for (const look of [...returns]) look();
  broken = false;
}

function lost() {
  line.value = "connecting";
  broken = true;
}

function close() {
  socket?.disconnect();
  socket = null;
  heard = undefined;
  line.value = "off";
}

function credential() {
  used = session.value?.access;
  return { token: used, ...(heard !== undefined && { after: heard }) };
}

function hear(name, body) {
  if (body.seq) heard = Math.max(heard ?? 0, body.seq);
  for (const listener of listeners) listener(name, body);
}

/** Socket.IO itself comes back after a broken line, but not after the service's "no". */
function refused(error) {
  lost();
  if (socket?.active) return;
  const code = error.data?.code;
  if (code === "UNAUTHORIZED") return retry(renewed(used));
  if (code === "REPLAY_TOO_LONG") {
    heard = undefined;
    hear("gap", {});
  }
  retry(new Promise((go) => setTimeout(go, PAUSE)));
}

function retry(ready) {
  const mine = socket;
  ready.catch(() => new Promise((go) => setTimeout(go, PAUSE))).then(() => mine === socket && mine.connect());
}
