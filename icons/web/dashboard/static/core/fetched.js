// What a part of a page shows from the service, looked at again when asked or once in a while.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get } from "./api.js";
import { onReturn } from "./live.js";

/** {data, problem, look}: `data` null = not there yet; `look()` resolves once it is fresh. `every`: ms, 0 = once. */
export function useFetched(path, every = 0) {
  const [state, setState] = useState({ data: null, problem: "" });
  const asked = useRef(null);
  const look = useCallback(async () => {
    const mine = (asked.current = {});
    const settle = (next) => asked.current === mine && setState(next);
    await get(path).then(
      (data) => settle({ data, problem: "" }),
      (error) => settle((known) => ({ ...known, problem: error.message })),
    );
  }, [path]);
  useEffect(() => {
    look();
    const leave = onReturn(look);
    return () => (leave(), (asked.current = null));
  }, [look]);
  useEffect(() => {
    if (!every) return;
    const timer = setInterval(look, every);
    return () => clearInterval(timer);
  }, [look, every]);
  return { ...state, look };
}
