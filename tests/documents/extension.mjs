// What an extension has around the document's code: storage, a logged-in user, a place for its pictures, and the
// helpers that the document calls and does not show. `fetch` knows the service's address and key, nothing else.
const { ICONS_URL, ICONS_KEY, ICONS_ACCESS, ICONS_REFRESH } = process.env;

const theirs = globalThis.fetch;
export const asked = [];

globalThis.fetch = async (address, options = {}) => {
  const url = String(address).replace("https://api.semantest.com", ICONS_URL);
  const headers = { "X-API-Key": ICONS_KEY, ...options.headers };
  const answer = await theirs(url.startsWith("/") ? ICONS_URL + url : url, { ...options, headers });
  asked.push({ url, status: answer.status, reset: answer.headers.get("X-RateLimit-Reset") });
  return answer;
};

export const getUserId = () => "user-42";
export const stored = { access: ICONS_ACCESS, refresh: ICONS_REFRESH };
export const getStoredToken = async () => stored.access;

export function isTokenExpired(token) {
  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
  return claims.exp * 1000 < Date.now();
}

export async function refreshToken() {
  const answer = await fetch(`${ICONS_URL}/api/auth/refresh`, {
    method: "POST",
    headers: { Authorization: `Bearer ${stored.refresh}` },
  });
  stored.access = (await answer.json()).access_token;
  return stored.access;
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// The picture, its thumbnail first, named as the caller's metadata says.
export const downloads = [];
export async function downloadImage(url, metadata) {
  const picture = await (await theirs(url.startsWith("/") ? ICONS_URL + url : url)).arrayBuffer();
  downloads.push({ name: metadata.filename, bytes: picture.byteLength });
}

export async function until(check) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (check()) return;
    await pause(100);
  }
  throw new Error("it did not happen in time");
}
