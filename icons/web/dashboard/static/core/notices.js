// Short messages to the person; a screen reader hears them, too.
import { signal } from "@preact/signals";

const SECONDS = 6;
let next = 1;

/** [{id, text, kind: "good" | "bad", offer?}]. `offer`: {label, run, dismissed}, what a person may do about it. */
export const notices = signal([]);

/** Shows a message; good news leaves by itself, bad news stays until dismissed. */
export function notify(text, kind = "good") {
  const id = next++;
  notices.value = [...notices.value.filter((each) => each.text !== text), { id, text, kind }];
  if (kind === "good") setTimeout(() => dismiss(id), SECONDS * 1000);
}

/** Shows a message with a button; it stays until `dismiss(id)`. Its id. */
export function propose(text, offer) {
  const id = next++;
  notices.value = [...notices.value, { id, text, kind: "good", offer }];
  return id;
}

export function dismiss(id) {
  notices.value = notices.value.filter((each) => each.id !== id);
}

/** Takes back what is no longer so. */
export function withdraw(text) {
  notices.value = notices.value.filter((each) => each.text !== text);
}

/** Runs an action; what goes wrong is shown. Resolves to whether it went well. */
export async function attempt(action) {
  try {
    await action();
    return true;
  } catch (error) {
    notify(error.message, "bad");
    return false;
  }
}
