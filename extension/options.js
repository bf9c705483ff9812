import { load, pattern, save } from "./settings.js";

const form = document.querySelector("form");
const said = document.querySelector("output");

document.querySelector("#origin").textContent = `CORS_ORIGINS=chrome-extension://${chrome.runtime.id}`;
for (const [name, value] of Object.entries(await load())) form.elements[name].value = value;

form.onsubmit = async (event) => {
  event.preventDefault();
  const settings = Object.fromEntries(new FormData(form));
  const origins = [pattern(settings.page)];
  // First of all: Chrome asks only as long as the click is fresh.
  if (!(await chrome.permissions.request({ origins }))) {
    said.value = "Not saved: without the permission no request can be filled.";
    return;
  }
  await save({ ...settings, token: settings.token.trim(), patience: Number(settings.patience) });
  const { origins: held = [] } = await chrome.permissions.getAll();
  const others = held.filter((each) => !origins.includes(each));
  if (others.length) await chrome.permissions.remove({ origins: others }).catch(() => {}); // one that cannot be given up
  said.value = "Saved.";
};
