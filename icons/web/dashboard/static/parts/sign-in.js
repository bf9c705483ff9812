// Signing in: a page of its own, or a dialog over the work when a session has run out.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../core/html.js";
import { session, signIn, signOut } from "../core/session.js";
import { showcase } from "../core/showcase.js";
import { Field } from "./fields.js";
import { Mark } from "./glyph.js";

export function SignInPage() {
  return html`<main class="sign-in">
    <section class="sign-in-form">
      <p class="brandmark"><${Mark} size="32" />Icon Studio</p>
      <h1>Categories in, finished icons out.</h1>
      <${SignInForm} />
      <p class="note">The first start printed the password of the account <code>admin</code>.</p>
    </section>
    <div class="mosaic" aria-hidden="true">
      ${showcase.map(({ picture }) => html`<img key=${picture} src=${picture} alt="" width="160" height="160" />`)}
    </div>
  </main>`;
}

/** Over the page, which keeps everything that was entered. */
export function SignInAgain() {
  const dialog = useRef();
  useEffect(() => dialog.current.showModal(), []);
  return html`<dialog ref=${dialog} class="sign-in-again" aria-labelledby="again" onCancel=${(e) => e.preventDefault()}>
    <h2 id="again">Your session has ended</h2>
    <p>Sign in to go on. Everything you entered is still here.</p>
    <${SignInForm} username=${session.value.username} />
    <button type="button" class="button quiet wide" onClick=${signOut}>Sign out instead</button>
  </dialog>`;
}

/** `username`: given when only that person may go on. */
function SignInForm({ username }) {
  const [problem, setProblem] = useState();
  const [busy, setBusy] = useState(false);
  async function submit(event) {
    event.preventDefault();
    const given = new FormData(event.target);
    setBusy(true);
    setProblem();
    try {
      await signIn(username ?? given.get("username"), given.get("password"));
    } catch (error) {
      setProblem(error.status === 401 ? "User name or password is wrong." : error.message);
      setBusy(false);
    }
  }
  return html`<form onSubmit=${submit}>
    <${Field} label="User name">
      ${(id) => html`<input id=${id} class="input large" name="username" autocomplete="username" required autofocus=${!username}
        autocapitalize="none" spellcheck=${false} value=${username} readonly=${Boolean(username)} />`}
    <//>
    <${Field} label="Password">
      ${(id) => html`<input id=${id} class="input large" name="password" type="password" autocomplete="current-password"
        autofocus=${Boolean(username)} required />`}
    <//>
    <p class="note wrong" role="alert">${problem}</p>
    <button class="button primary large wide" disabled=${busy}>${busy ? "Signing in…" : "Sign in"}</button>
  </form>`;
}
