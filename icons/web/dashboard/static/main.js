// The dashboard begins here: whoever is signed in sees a page in the shell, everybody else the way in.
import { effect } from "@preact/signals";
import { render } from "preact";
import { UNREACHABLE } from "./core/failure.js";
import { html } from "./core/html.js";
import { load } from "./core/library.js";
import { onReturn, start } from "./core/live.js";
import { withdraw } from "./core/notices.js";
import { place } from "./core/router.js";
import { session, signInWanted } from "./core/session.js";
import { pages } from "./pages/index.js";
import { Shell } from "./parts/shell.js";
import { SignInAgain, SignInPage } from "./parts/sign-in.js";

function Studio() {
  if (!session.value) return html`<${SignInPage} />`;
  const { page, id } = place.value;
  const found = pages.find((each) => each.name === page) ?? pages[0];
  const Page = id && found.Detail ? found.Detail : found.Page;
  return html`<${Shell} pages=${pages}><${Page} key=${`${session.value.username} ${page} ${id}`} id=${id} /><//>
    ${signInWanted.value && html`<${SignInAgain} />`}`;
}

effect(() => {
  const found = pages.find((each) => each.name === place.value.page);
  document.title = `${session.value ? (found ?? pages[0]).title : "Sign in"} · Icon Studio`;
});
effect(() => void (session.value && load()));
onReturn(() => withdraw(UNREACHABLE));
start();
render(html`<${Studio} />`, document.getElementById("studio"));
