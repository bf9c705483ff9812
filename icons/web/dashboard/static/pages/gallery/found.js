// The pictures that fit a search, fetched page by page as the window reaches them.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get } from "../../core/api.js";
import { listen, onReturn } from "../../core/live.js";
import { attempt } from "../../core/notices.js";
import { changed } from "../../core/tags.js";
import { hidden } from "./removal.js";
import { wire } from "./search.js";

const PER_PAGE = 100; // the API's most

const NOTHING = { pictures: [], total: null, whole: false, stalled: false };

/**
 * {pictures, total, news, more, refresh(), put(changes)}. `total`: null = not known yet; `more`: null = all are there.
 *
 * Whatever comes or goes meanwhile moves the service's pages, so each picture is taken once. `news`: how many have
 * been drawn since the first page came.
 */
export function useFound(search) {
  const key = JSON.stringify(search);
  const [found, setFound] = useState(NOTHING);
  const [news, setNews] = useState(0);
  const run = useRef({ key: null, busy: false, page: 0 });

  const fetchPage = useCallback(async (page) => {
    const mine = (run.current = { key, busy: true, page });
    const isWanted = () => run.current === mine;
    await attempt(async () => {
      const answer = await get("/api/images", { ...wire(search), page, perPage: PER_PAGE });
      if (!isWanted()) return;
      setFound((known) => joined(page === 1 ? NOTHING : known, answer));
      if (page === 1) setNews(0);
    });
    mine.busy = false;
  }, [key]);

  useEffect(() => void fetchPage(1), [fetchPage]);
  useEffect(() => onReturn(() => found.total === null && fetchPage(1)), [fetchPage, found.total]);
  useEffect(() => listen((name, body) => name === "job_completed" && body.images?.length && setNews((count) => count + body.images.length)), []);

  const more = () => {
    if (run.current.busy || run.current.key !== key) return;
    // What has been deleted here moved the pages; what only will be has not, so that a page may bring nothing new.
    const there = found.pictures.filter((each) => !hidden.value.has(each.id)).length;
    fetchPage(found.stalled ? run.current.page + 1 : Math.floor(there / PER_PAGE) + 1);
  };
  const put = useCallback(
    (picture) => setFound((known) => ({ ...known, pictures: known.pictures.map((each) => (each.id === picture.id ? { ...each, ...picture } : each)) })),
    [],
  );
  useEffect(() => listen((name, body) => name === "image_changed" && put(changed(body))), [put]);
  return { ...found, news, more: found.whole ? null : more, refresh: () => fetchPage(1), put };
}

function joined({ pictures }, { data, pagination }) {
  const known = new Set(pictures.map((each) => each.id));
  const fresh = data.filter((each) => !known.has(each.id));
  const whole = pagination.page >= pagination.pages;
  return { pictures: [...pictures, ...fresh], total: pagination.total, whole, stalled: !fresh.length };
}
