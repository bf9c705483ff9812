// One request through the page that the user has named, in a tab of its own.
import { fill } from "./page.js";

const LOADING = 30_000; // ms that the page may take to appear

/** What `fill` gives. The tab is closed in the end, and when `signal` says that nobody wants the picture any more. */
export async function draw(order, settings, signal) {
  const tab = await chrome.tabs.create({ url: settings.page, active: false });
  const close = () => chrome.tabs.remove(tab.id).catch(() => {}); // the user may have closed it
  signal.addEventListener("abort", close, { once: true });
  try {
    const page = await loaded(tab.id);
    if (!page) return { error: "The page does not load" };
    // Where the extension has no permission, it does not even learn the address.
    if (!page.url) return { error: "The page leads to another site; sign in there first, or name its address" };
    const { field, button, picture, patience } = settings;
    const what = { requestId: order.requestId, prompt: order.prompt, field, button, picture, patience };
    const [{ result }] = await chrome.scripting.executeScript({ target: { tabId: tab.id }, func: fill, args: [what] });
    return result ?? { error: "The page went away while it was drawing" };
  } catch (error) {
    return { error: `The page cannot be used: ${error.message}` };
  } finally {
    signal.removeEventListener("abort", close);
    await close();
  }
}

async function loaded(tabId) {
  const end = Date.now() + LOADING;
  while (Date.now() < end) {
    const tab = await chrome.tabs.get(tabId);
    if (tab.status === "complete") return tab;
    await new Promise((resume) => setTimeout(resume, 100));
  }
  return null;
}
