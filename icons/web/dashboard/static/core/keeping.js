// Signals whose value outlives a reload: kept in the tab (drafts) or in the browser (the session).
import { effect, signal } from "@preact/signals";

/** A signal kept under `name` in `storage`; what cannot be read back is `initial`. */
export function kept(storage, name, initial) {
  const key = `icon-studio.${name}`;
  const value = signal(read(storage, key, initial));
  effect(() => write(storage, key, value.value));
  return value;
}

/** What is kept under `key`, or `initial`. */
export function read(storage, key, initial) {
  try {
    const found = storage.getItem(key);
    return found === null ? initial : JSON.parse(found);
  } catch {
    return initial;
  }
}

function write(storage, key, value) {
  try {
    if (value === null) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden storage costs the memory of this value, not the work.
  }
}
