// The frame round every page: navigation, who is signed in, whether the line to the service stands.
import { html } from "../core/html.js";
import { line } from "../core/live.js";
import { dismiss, notices } from "../core/notices.js";
import { place } from "../core/router.js";
import { session, signOut } from "../core/session.js";
import { Glyph, Mark } from "./glyph.js";

/** `pages`: see pages/index.js. */
export function Shell({ pages, children }) {
  return html`<div class="shell">
    <a class="skip" href="#main" onClick=${toMain}>Skip to content</a>
    <header class="sidebar">
      <a class="brandmark" href="#/generate"><${Mark} />Icon Studio</a>
      <nav aria-label="Pages">
        ${pages.map((each) => html`<a key=${each.name} class="nav" href="#/${each.name}" aria-current=${place.value.page === each.name ? "page" : null}>
            <${Glyph} name=${each.glyph} />${each.title}
          </a>`)}
      </nav>
      <${Person} />
    </header>
    <main id="main" tabindex="-1">${children}</main>
    <${Notices} />
  </div>`;
}

/** The address holds the page, so the link moves the focus by itself. */
function toMain(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

function Person() {
  const isOn = line.value === "on";
  return html`<div class="person">
    <span class="line" data-line=${line.value} role="status">${isOn ? "Live" : "Reconnecting…"}</span>
    <span class="who" title="Signed in">${session.value?.username}</span>
    <button type="button" class="button quiet icon-only" aria-label="Sign out" title="Sign out" onClick=${signOut}><${Glyph} name="leave" /></button>
  </div>`;
}

function Notices() {
  return html`<div class="notices" role="log" aria-live="polite" aria-label="Messages">
    ${notices.value.map((each) => html`<div key=${each.id} class="notice ${each.kind}">
        <${Glyph} name=${each.kind === "bad" ? "alert" : "check"} /><p>${each.text}</p>
        ${each.offer && html`<button type="button" class="button offered" onClick=${each.offer.run}>${each.offer.label}</button>`}
        <button type="button" class="button quiet icon-only" aria-label="Dismiss" onClick=${each.offer?.dismissed ?? (() => dismiss(each.id))}><${Glyph} name="close" size="16" /></button>
      </div>`)}
  </div>`;
}
