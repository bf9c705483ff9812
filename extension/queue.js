// The requests, one after the other: each is filled at most once, however often the line breaks.
import { draw } from "./filling.js";
import { load } from "./settings.js";
import * as state from "./state.js";

const REMEMBERED = 8; // answers: some megabytes each
const THUMBNAIL = 64; // px
const AGAIN = 10_000; // ms until an answer is sent again that the service could not take
const PASSING = ["NO_CAPACITY", "INTERNAL_ERROR"]; // what it says then

export class Queue {
  #orders = new Map(); // id -> {order, stop}
  #answers = new Map(); // id -> message that may not have arrived
  #turn = Promise.resolve();

  /**
   * `send(message)` tells whether it has left, `fits(message)` whether the service would take it; `changed()` is called
   * when somebody may want to know how busy we are.
   */
  constructor({ send, fits, changed }) {
    this.send = send;
    this.fits = fits;
    this.changed = changed;
  }

  get size() {
    return this.#orders.size;
  }

  /** Begins a request; one that has been answered is answered with the same, one at work goes on. */
  take(order) {
    const { requestId } = order;
    if (this.#orders.has(requestId)) return;
    if (this.#answers.has(requestId)) {
      this.#submit(order, this.#answers.get(requestId));
      return;
    }
    this.#orders.set(requestId, { order, stop: new AbortController() });
    state.request(requestId, { prompt: order.prompt, state: "waiting", progress: 0, status: "Waiting" });
    const begin = () => this.#carryOut(requestId);
    this.#turn = this.#turn.then(begin, begin); // whatever became of the one before
    this.changed();
  }

  cancel(requestId) {
    this.#orders.get(requestId)?.stop.abort();
    this.#answers.delete(requestId);
  }

  /** The service has the answer, or wants none: should the request come again, it is a new one. */
  forget(requestId) {
    this.#answers.delete(requestId);
  }

  /** The service does not take the answer. What it cannot take at present it is sent again in a while. */
  refused(requestId, code) {
    if (!PASSING.includes(code)) this.forget(requestId);
    else setTimeout(() => this.#answers.has(requestId) && this.send(this.#answers.get(requestId)), AGAIN);
  }

  progress(requestId, progress, status) {
    const entry = this.#orders.get(requestId);
    if (!entry) return;
    this.send({ type: "image_generation_progress", ...address(entry.order), progress, status });
    state.request(requestId, { state: "working", progress, status });
  }

  async #carryOut(requestId) {
    const { order, stop } = this.#orders.get(requestId);
    try {
      this.progress(requestId, 10, "Opening the page");
      const result = stop.signal.aborted ? {} : await draw(order, await load(), stop.signal);
      if (stop.signal.aborted) await state.request(requestId, { state: "failed", status: "Cancelled" });
      else await this.#handIn(order, result);
    } finally {
      this.#orders.delete(requestId);
      this.changed();
    }
  }

  async #handIn(order, { data, address: place, error }) {
    const brought = data ? { imageData: data } : { imageUrl: place };
    const message = error
      ? { type: "image_generation_failed", ...address(order), error, reason: "", retryable: false }
      : { type: "image_generated", ...address(order), ...brought, metadata: facts(order) };
    if (!this.fits(message)) return this.#handIn(order, { error: "The picture is larger than the service takes" });
    this.#submit(order, message);
    const shown = error
      ? { state: "failed", status: error }
      : { state: "done", status: "Sent", progress: 100, thumbnail: data && (await thumbnail(data)) };
    await state.request(order.requestId, shown);
  }

  /** Sends an answer and keeps it, but for a failure that has left: if that comes again, somebody wants it tried. */
  #submit({ requestId, correlationId }, message) {
    const arrived = this.send({ ...message, correlationId });
    this.#answers.delete(requestId);
    if (arrived && message.type === "image_generation_failed") return;
    this.#answers.set(requestId, message);
    if (this.#answers.size > REMEMBERED) this.#answers.delete(this.#answers.keys().next().value);
  }
}

const address = ({ requestId, correlationId }) => ({ requestId, correlationId });

const facts = ({ prompt }) => ({ prompt, generatedAt: new Date().toISOString() });

/** A small picture for the popup; none when it cannot be made. */
async function thumbnail(data) {
  try {
    const picture = await createImageBitmap(await (await fetch(data)).blob(), {
      resizeWidth: THUMBNAIL,
      resizeHeight: THUMBNAIL,
    });
    const canvas = new OffscreenCanvas(THUMBNAIL, THUMBNAIL);
    canvas.getContext("2d").drawImage(picture, 0, 0);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return `data:image/png;base64,${btoa(String.fromCharCode(...bytes))}`;
  } catch {
    return null;
  }
}
