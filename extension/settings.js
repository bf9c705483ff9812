// What the user has set. It stays on this machine: never in chrome.storage.sync, never in a log.
export const DEFAULTS = {
  server: "", // ws:// or wss:// address of the service's workers
  token: "", // access token or API key
  page: "", // where requests are filled
  field: "textarea",
  button: "button[type=submit]",
  picture: "canvas, img",
  patience: 120, // seconds that the page may take for a picture
};

export const load = async () => ({ ...DEFAULTS, ...(await chrome.storage.local.get(Object.keys(DEFAULTS))) });

export const save = (settings) => chrome.storage.local.set(settings);

/** The match pattern of a page's host; patterns know no ports. */
export function pattern(page) {
  const { protocol, hostname } = new URL(page);
  return `${protocol}//${hostname}/*`;
}

export const complete = ({ server, token, page }) => Boolean(server && token && page);

/** Whether the browser lets the extension into the page. */
export const permitted = async ({ page }) =>
  Boolean(page) && chrome.permissions.contains({ origins: [pattern(page)] });
