// Pictures from outside: uploaded from the person's own machine, or imported from an address.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { post } from "../../core/api.js";
import { classes, html } from "../../core/html.js";
import { checkPicture, upload } from "../../core/uploading.js";
import { bytes, plural } from "../../core/words.js";
import { Dialog } from "../../parts/dialog.js";
import { Field } from "../../parts/fields.js";
import { Glyph } from "../../parts/glyph.js";
import { Meter } from "../../parts/meter.js";

const AT_ONCE = 2; // the service reads two at a time

/** [{id, name, size, file, state, share}]; one whole entry, or its signal, changes while it travels. */
const queue = signal([]);
let next = 1;
let running = 0;

const isOpen = (each) => each.state === "waiting" || each.state === "sending";

/** Queues files; `arrived(record)` is called for each that has been kept. */
export function bring(files, arrived) {
  const fresh = [...files].map((file) => ({ id: next++, name: file.name, size: file.size, file, state: "waiting", share: 0, arrived }));
  queue.value = [...queue.value.filter(isOpen), ...fresh];
  for (let at = running; at < AT_ONCE; at++) work();
}

async function work() {
  running++;
  for (let entry; (entry = queue.value.find((each) => each.state === "waiting")); ) await send(entry);
  running--;
}

async function send({ id, file, arrived }) {
  try {
    set(id, { state: "sending", problem: undefined });
    checkPicture(file);
    const record = await upload(file, (share) => set(id, { share }));
    set(id, { state: "done", share: 1 });
    arrived(record);
  } catch (error) {
    set(id, { state: "failed", problem: error.fields?.file ?? error.message });
  }
}

const set = (id, changes) => (queue.value = queue.value.map((each) => (each.id === id ? { ...each, ...changes } : each)));

function again(id) {
  set(id, { state: "waiting", share: 0 });
  if (running < AT_ONCE) work();
}

/** The dialog. `arrived(record)`: see `bring`. */
export function Bringing({ close, arrived }) {
  return html`<${Dialog} label="Add pictures" kind="bringing" close=${close}>
    <h2>Add pictures</h2>
    <${DropZone} take=${(files) => bring(files, arrived)} />
    <${Uploads} />
    <${ImportForm} arrived=${arrived} />
  <//>`;
}

function DropZone({ take }) {
  const drop = useDrop(take);
  return html`<div class=${classes("drop-zone", { over: drop.over })} ...${drop.handlers}>
    <${Glyph} name="gallery" size="32" />
    <p>Drop pictures here</p>
    <label class="button file-button">
      Choose files
      <input class="unseen" type="file" multiple accept="image/png,image/jpeg,image/webp" onChange=${(e) => (take(e.target.files), (e.target.value = ""))} />
    </label>
    <p class="note">PNG, JPEG or WebP. Metadata stays outside.</p>
  </div>`;
}

/** {over, handlers}: makes an element a place to drop files. */
export function useDrop(take) {
  const [over, setOver] = useState(false);
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const handlers = {
    onDragOver: (event) => carriesFiles(event) && (event.preventDefault(), setOver(true)),
    onDragLeave: (event) => !event.currentTarget.contains(event.relatedTarget) && setOver(false),
    onDrop: (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(false);
      take(event.dataTransfer.files);
    },
  };
  return { over, handlers };
}

function Uploads() {
  const all = queue.value;
  if (!all.length) return null;
  const done = all.filter((each) => each.state === "done").length;
  const failed = all.filter((each) => each.state === "failed").length;
  return html`<section aria-label="Uploads">
    <p class="note" role="status">${done} of ${plural(all.length, "file")} added${failed ? `, ${failed} refused` : ""}</p>
    <ul class="uploads">${all.map((each) => html`<${Upload} key=${each.id} entry=${each} />`)}</ul>
  </section>`;
}

function Upload({ entry: { id, name, size, state, share, problem } }) {
  return html`<li class=${classes("upload", { failed: problem })}>
    <span class="row-text"><strong>${name}</strong><small>${problem ?? (state === "done" ? "Added" : bytes(size))}</small></span>
    ${isOpen({ state }) && html`<${Meter} label="Sending ${name}" parts=${[["good", Math.round(share * 100)]]} total=${100} />`}
    ${state === "done" && html`<${Glyph} name="check" />`}
    ${state === "failed" && html`<button type="button" class="button quiet icon-only" aria-label="Try ${name} again" onClick=${() => again(id)}><${Glyph} name="again" /></button>`}
  </li>`;
}

function ImportForm({ arrived }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState();
  const [brought, setBrought] = useState("");
  async function submit(event) {
    event.preventDefault();
    const form = event.target;
    setBusy(true);
    setProblem();
    setBrought("");
    try {
      const record = await post("/api/images/import", { url: new FormData(form).get("url").trim() });
      setBrought(`“${record.name}” added.`);
      arrived(record);
      form.reset();
    } catch (error) {
      setProblem(error.status ? `${error.message} Or save the picture yourself and drop it above.` : error.message);
    }
    setBusy(false);
  }
  return html`<form class="filters" onSubmit=${submit}>
    <${Field} label="Import from an address" problem=${problem} hint=${brought}>
      ${(id, note) => html`<input id=${id} class="input" type="url" name="url" required maxlength="2048" aria-describedby=${note} placeholder="https://example.com/picture.png" />`}
    <//>
    <button class="button" disabled=${busy}><${Glyph} name="download" />${busy ? "Importing…" : "Import"}</button>
  </form>`;
}
