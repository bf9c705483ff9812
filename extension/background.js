// The service worker: joins the parts. Chrome suspends it when the line is down; an alarm wakes it to try again.
import { Line } from "./line.js";
import { Queue } from "./queue.js";
import { complete, load, permitted } from "./settings.js";
import * as state from "./state.js";

const ALARM = "reconnect";

let ready = false; // there is a page, and the browser lets us in

const queue = new Queue({
  send: (message) => line.send(message),
  fits: (message) => line.fits(message),
  changed: () => line.beat(),
});

const line = new Line({
  heed,
  standing: () => ({
    available: ready && !queue.size,
    queueSize: Math.max(0, queue.size - 1),
    activeRequests: Math.min(1, queue.size),
  }),
  show: state.connection,
});

function heed(message) {
  switch (message.type) {
    case "generate_image":
      queue.take(message);
      break;
    case "cancel_image":
      queue.cancel(message.requestId);
      break;
    case "image_received":
      queue.forget(message.requestId);
      break;
    case "error":
      queue.refused(message.requestId, message.code);
  }
}

async function connect() {
  const settings = await load();
  ready = await permitted(settings);
  if (!complete(settings)) await state.connection("off", "Fill in the options first.");
  else if (!ready) await state.connection("off", "The page needs your permission; save the options again.");
  else if ((await state.read()).connection !== "refused") line.open(settings);
}

async function reconnect() {
  line.close();
  await state.connection("connecting");
  await connect();
}

chrome.runtime.onMessage.addListener((message, sender) => {
  if (sender.id !== chrome.runtime.id) return;
  if (message.requestId) queue.progress(message.requestId, message.progress, message.status);
});
chrome.storage.local.onChanged.addListener(reconnect);
chrome.permissions.onRemoved.addListener(reconnect);
chrome.alarms.onAlarm.addListener(connect);
chrome.runtime.onStartup.addListener(connect);

chrome.storage.local.setAccessLevel({ accessLevel: "TRUSTED_CONTEXTS" }); // content scripts need no token
chrome.alarms.create(ALARM, { periodInMinutes: 0.5 });
state.interrupted().then(connect);
