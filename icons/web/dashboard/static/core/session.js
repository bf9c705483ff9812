// Who is signed in. Tokens are renewed as needed; when that is refused, the person is asked again, over their work.
import { signal } from "@preact/signals";
import { failure, unreachable } from "./failure.js";
import { kept, read } from "./keeping.js";

const EARLY = 30_000; // ms before its end that a token counts as used up

/** {username, access, refresh, until} or null. `until`: ms since 1970. */
export const session = kept(localStorage, "session", null);

/** Set while the person has to sign in again; the page beneath stays as it is. */
export const signInWanted = signal(false);

/** Called before a person signs out, as long as their token is good: work that must not be left undone. */
export const farewells = new Set();

let renewing = null;
let waiting = [];

addEventListener("storage", (event) => {
  if (event.key === "icon-studio.session") session.value = read(localStorage, event.key, null); // another tab
});

/** Raises Failure. */
export async function signIn(username, password) {
  keep(username, await post("/api/auth/login", { username, password }));
  signInWanted.value = false;
  for (const go of waiting.splice(0)) go();
}

/** Ends the session here and, if it can be reached, at the service. */
export async function signOut() {
  await Promise.all([...farewells].map((each) => each()));
  const ended = session.value;
  session.value = null;
  signInWanted.value = false;
  waiting = [];
  sessionStorage.clear(); // drafts are the person's own
  if (!ended) return;
  await post("/api/auth/logout", { refresh_token: ended.refresh }, ended.access).catch(() => {});
}

/** A token that should be good for the next request. */
export async function token() {
  const { access, until } = session.value ?? {};
  return access && Date.now() > until - EARLY ? renewed(access) : access;
}

/** Another token than `refused`: renewed silently, or once the person has signed in again. */
export async function renewed(refused) {
  if (session.value && session.value.access !== refused) return session.value.access; // already done meanwhile
  renewing ??= renew().finally(() => (renewing = null));
  await renewing;
  return session.value?.access;
}

async function renew() {
  try {
    const { username, refresh } = session.value;
    keep(username, await post("/api/auth/refresh", { refresh_token: refresh }));
  } catch (error) {
    if (error.status !== 401) throw error;
    signInWanted.value = true;
    await new Promise((go) => waiting.push(go));
  }
}

function keep(username, answer) {
  const { access_token: access, refresh_token: refresh, expires_in: seconds } = answer;
  session.value = { username, access, refresh, until: Date.now() + seconds * 1000 };
}

async function post(path, body, bearer) {
  const headers = { "Content-Type": "application/json", ...(bearer && { Authorization: `Bearer ${bearer}` }) };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }).catch(unreachable);
  if (!answer.ok) throw await failure(answer);
  return answer.json();
}
