// What the popup shows. It lives in chrome.storage.session: gone with the browser, kept over a suspended worker.
const MOST = 20; // requests shown
const EMPTY = { connection: "off", detail: "", requests: [] };

let turn = Promise.resolve(); // one change at a time

export const read = async () => ({ ...EMPTY, ...(await chrome.storage.session.get(Object.keys(EMPTY))) });

export function connection(name, detail = "") {
  return chrome.storage.session.set({ connection: name, detail });
}

/** Adds a request, or changes the one with this id. */
export function request(id, change) {
  const apply = async () => {
    const { requests } = await read();
    const known = requests.find((each) => each.id === id);
    const rest = requests.filter((each) => each !== known);
    await chrome.storage.session.set({ requests: [{ ...known, id, ...change }, ...rest].slice(0, MOST) });
  };
  turn = turn.then(apply, apply); // whatever became of the one before
  return turn;
}

/** After a suspension nothing is at work any more: the service has given it to another worker. */
export async function interrupted() {
  for (const { id, state } of (await read()).requests) {
    if (state === "working" || state === "waiting") await request(id, { state: "failed", status: "Interrupted" });
  }
}
