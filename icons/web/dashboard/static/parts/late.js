// Components whose modules the first view does not wait for. The page names them all, so they are on their way already.
import { useEffect, useState } from "preact/hooks";
import { UNREACHABLE } from "../core/failure.js";
import { html } from "../core/html.js";
import { onReturn } from "../core/live.js";

/** `fetchComponent()` resolves to the component; it is tried again once the line to the service is back. */
export function late(fetchComponent) {
  let Component = null;
  return function Late(props) {
    const [state, setState] = useState("waiting");
    useEffect(() => {
      if (Component) return;
      const look = () => fetchComponent().then((found) => ((Component = found), setState("there")), () => setState("lost"));
      look();
      return onReturn(look);
    }, []);
    if (Component) return html`<${Component} ...${props} />`;
    return state === "lost" ? html`<p class="note wrong" role="alert">${UNREACHABLE}</p>` : html`<p class="note patient" role="status">Loading…</p>`;
  };
}
