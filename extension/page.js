// Runs within the page: Chrome sends the function's text there, so it must stand by itself.
/**
 * Fills the prompt in, presses the button and waits for a new picture. Gives `{data}` (a data URL), `{address}` where
 * the page may not read the picture itself, or `{error}`.
 */
export async function fill({ requestId, prompt, field, button, picture, patience }) {
  const LOOK = 250; // ms between two looks
  const deadline = performance.now() + patience * 1000;
  let closed = false; // a picture is there, and may not be read
  const pause = () => new Promise((resume) => setTimeout(resume, LOOK));
  const tell = (progress, status) => chrome.runtime.sendMessage({ requestId, progress, status }).catch(() => {});

  async function until(check) {
    for (;;) {
      const found = check();
      if (found) return found;
      if (performance.now() > deadline) return null;
      await pause();
    }
  }

  /** What a picture shows; null while it shows nothing. Of one that may not be read, where it is. */
  function shown(element) {
    if (element instanceof HTMLImageElement) {
      return element.complete && element.naturalWidth > 1 ? element.currentSrc : null;
    }
    try {
      return element.width && element.height ? element.toDataURL("image/png") : null;
    } catch {
      closed = true; // it holds parts of another origin
      return null;
    }
  }

  const pictures = () => [...document.querySelectorAll(picture)];

  function write(element) {
    element.focus();
    if (element.isContentEditable) {
      // As if typed in place of all that is there: editors with a model of their own follow the keyboard, not the page.
      getSelection().selectAllChildren(element);
      const typed = { bubbles: true, cancelable: true, inputType: "insertText", data: prompt };
      if (!element.dispatchEvent(new InputEvent("beforeinput", typed))) return; // the editor does the rest
      if (document.execCommand("insertText", false, prompt)) return; // which tells of the input, but not beforehand
      element.textContent = prompt;
    } else {
      // The element's own setter: frameworks that watch the property must hear of it as if somebody had typed.
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(element), "value").set.call(element, prompt);
    }
    element.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: prompt }));
    element.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async function taken(what) {
    if (what.startsWith("data:")) return { data: what };
    try {
      const answer = await fetch(what);
      if (!answer.ok) throw new Error(`${answer.status}`);
      const reader = new FileReader();
      const read = new Promise((resolve) => (reader.onload = () => resolve(reader.result)));
      reader.readAsDataURL(await answer.blob());
      return { data: await read };
    } catch {
      return what.startsWith("http") ? { address: what } : { error: "The page does not let its picture be read" };
    }
  }

  try {
    const target = await until(() => document.querySelector(field));
    if (!target) return { error: `The page has no prompt field ${field}` };
    const before = new Set(pictures().map(shown));
    write(target);
    const press = await until(() => document.querySelector(`:is(${button}):enabled`));
    if (!press) return { error: `The page has no button ${button} to press` };
    press.click();
    tell(30, "The page is drawing");
    let last = null;
    const fresh = await until(() => {
      const found = pictures().map(shown).findLast((each) => each && !before.has(each));
      const settled = found && found === last; // the same at two looks: it is not being drawn any more
      last = found;
      return settled && found;
    });
    if (!fresh && closed) return { error: "The page's picture may not be read: it holds parts of another site" };
    if (!fresh) return { error: `The page has shown no picture within ${patience} s` };
    tell(90, "The page has drawn");
    return await taken(fresh);
  } catch (error) {
    return { error: `The page cannot be used: ${error.message}` };
  }
}
