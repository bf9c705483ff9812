// The contact sheet of the gallery. Only rows near the window are in the page, so that ten thousand pictures scroll as ten do.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { get } from "../../core/api.js";
import { ending, isShown } from "../../core/files.js";
import { classes, html } from "../../core/html.js";
import { styleTitle } from "../../core/library.js";
import { asIcon, nameOf } from "../../core/pictures.js";
import { Thumbnail } from "../../parts/artwork.js";
import { stepped } from "../../parts/stepping.js";

const LEAST = 128; // px, width of a cell
const LEAST_ON_PHONES = 100;
const GAP = 12;
const LABEL = 30; // px, below the picture
const AROUND = 3; // rows above and below the window
const EARLY = 1200; // px before the end at which more is fetched

/** `chosen`: Set of ids; `show(index)`, `choose(index, isRange)`; `more`: fetches, or null when all are there. */
export function Grid({ pictures, total, chosen, show, choose, put, more }) {
  const list = useRef();
  const { columns, row, first, last } = useView(list, pictures.length, more);
  const rows = Math.ceil(pictures.length / columns);
  const seen = pictures.slice(first * columns, last * columns);
  return html`<ul ref=${list} class=${classes("gallery-grid", { choosing: chosen.size })} aria-label="Icons" onKeyDown=${stepped}
    style=${{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, height: `${rows * row}px`, paddingTop: `${first * row}px` }}>
    ${seen.map((picture, at) => {
      const index = first * columns + at;
      return html`<${Cell} key=${picture.id} picture=${picture} index=${index} total=${total} isChosen=${chosen.has(picture.id)}
        show=${show} choose=${choose} put=${put} />`;
    })}
  </ul>`;
}

function Cell({ picture, index, total, isChosen, show, choose, put }) {
  const name = nameOf(picture);
  const about = picture.icon ? `, ${styleTitle(picture.icon.style)}` : "";
  const onChoose = (event) => choose(index, event.shiftKey);
  return html`<li class=${classes("cell", { chosen: isChosen })} aria-setsize=${total} aria-posinset=${index + 1}>
    <button type="button" class="tile" onClick=${() => show(index)}>
      <${Picture} picture=${picture} put=${put} /><span class="unseen">Show ${name}${about}</span>
    </button>
    <label class="choice"><input type="checkbox" checked=${isChosen} onClick=${onChoose} /><span class="unseen">Choose ${name}</span></label>
    <span class="name" title=${name}>${name}</span>
  </li>`;
}

/** Its address works for an hour or so; after that it is asked for anew, once. */
export function Picture({ picture, put }) {
  const asked = useRef(null);
  if (!isShown(picture)) return html`<span class="kind">${ending(picture).toUpperCase()}</span>`;
  const renew = () => {
    if (asked.current === picture.url) return;
    get(`/api/images/${picture.id}`).then((fresh) => {
      asked.current = fresh.url;
      put(fresh);
    }, () => {});
  };
  return html`<div class="fills" onErrorCapture=${renew}><${Thumbnail} icon=${asIcon(picture)} alt="" /></div>`;
}

/** Which rows are near the window, as one scrolls; how many columns fit. */
function useView(list, count, more) {
  const [view, setView] = useState({ columns: 6, row: 170, first: 0, last: 12 });
  const latest = useRef();
  latest.current = { ...latest.current, count, more };
  useEffect(() => latest.current.plan()); // a page that brought nothing new moved nothing that would be heard of
  useLayoutEffect(() => {
    let planned = 0;
    const measure = () => {
      planned = 0;
      const box = list.current.getBoundingClientRect();
      if (!box.width) return;
      setView((known) => same(known, viewOf(box)));
      if (latest.current.more && box.bottom < innerHeight + EARLY) latest.current.more();
    };
    const plan = () => (planned ||= requestAnimationFrame(measure));
    latest.current.plan = plan;
    const observer = new ResizeObserver(plan);
    observer.observe(list.current);
    addEventListener("scroll", plan, { passive: true });
    addEventListener("resize", plan);
    measure();
    return () => {
      observer.disconnect();
      removeEventListener("scroll", plan);
      removeEventListener("resize", plan);
      cancelAnimationFrame(planned);
    };
  }, []);
  return view;
}

function viewOf({ width, top }) {
  const least = innerWidth <= 820 ? LEAST_ON_PHONES : LEAST;
  const columns = Math.max(1, Math.floor((width + GAP) / (least + GAP)));
  const row = (width - GAP * (columns - 1)) / columns + LABEL + GAP;
  const first = Math.max(0, Math.floor(-top / row) - AROUND);
  return { columns, row, first, last: Math.ceil((innerHeight - top) / row) + AROUND };
}

const same = (known, now) => (Object.keys(now).every((name) => known[name] === now[name]) ? known : now);
