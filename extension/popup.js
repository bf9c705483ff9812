import { read } from "./state.js";

const WORDS = { off: "Not set up", connecting: "Connecting", open: "Connected", refused: "Refused" };
const find = (id) => document.getElementById(id);

/** Texts come from elsewhere: they are set as text, never as markup. */
function item({ prompt, state, status, progress, thumbnail }) {
  const entry = document.createElement("li");
  entry.dataset.state = state;
  if (thumbnail) entry.append(Object.assign(new Image(), { src: thumbnail, alt: "" }));
  entry.append(Object.assign(document.createElement("strong"), { textContent: prompt }));
  entry.append(Object.assign(document.createElement("span"), { textContent: status }));
  if (state === "working") entry.append(Object.assign(document.createElement("progress"), { max: 100, value: progress }));
  return entry;
}

async function show() {
  const { connection, detail, requests } = await read();
  find("connection").textContent = WORDS[connection];
  find("connection").dataset.state = connection;
  find("detail").textContent = detail;
  find("requests").replaceChildren(...requests.map(item));
  find("none").hidden = requests.length > 0;
}

find("options").onclick = () => chrome.runtime.openOptionsPage();
chrome.storage.session.onChanged.addListener(show);
await show();
