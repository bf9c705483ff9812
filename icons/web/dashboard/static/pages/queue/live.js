// The account's queue and figures, kept fresh: events move what is shown at once, and have the rest looked at again.
import { useEffect, useState } from "preact/hooks";
import { get } from "../../core/api.js";
import { movedBatch } from "../../core/batches.js";
import { listen } from "../../core/live.js";

const POLL = 5000; // ms between looks without news
const PAUSE = 1000; // ms between looks when there is much news
const BATCHES = 12;

/** [state, refresh, problem]: {stats, queue, batches} once they are there, else null; `refresh()` looks at once. */
export function useQueue() {
  const [state, setState] = useState(null);
  const [problem, setProblem] = useState("");
  const [looks, setLooks] = useState({ now: () => {} });
  useEffect(() => {
    let timer;
    let due = 0;
    let open = true;
    const plan = (pause) => {
      clearTimeout(timer);
      timer = setTimeout(look, pause);
    };
    const show = (found) => open && (setState(found), setProblem(""));
    const look = () => fetched().then(show, (error) => setProblem(error.message)).finally(() => open && plan(POLL));
    const unlisten = listen((name, body) => {
      setState((known) => known && moved(known, name, body));
      if (name === "job_output" || name === "image_changed" || Date.now() < due) return; // figures change when something ends
      due = Date.now() + PAUSE;
      plan(PAUSE);
    });
    setLooks({ now: look });
    look();
    return () => {
      open = false;
      clearTimeout(timer);
      unlisten();
    };
  }, []);
  return [state, looks.now, problem];
}

async function fetched() {
  const [stats, queue, { batches }] = await Promise.all([
    get("/api/icons/stats"),
    get("/api/icons/queue"),
    get("/api/icons/batches", { limit: BATCHES }),
  ]);
  return { stats, queue, batches };
}

/** The state after an event. What the event does not tell waits for the next look. */
function moved({ stats, queue, batches: before }, name, body) {
  const batches = before.map((each) => movedBatch(each, name, body));
  const others = (jobs) => jobs.filter((each) => each.job_id !== body.job_id);
  const known = [...queue.active, ...queue.waiting].find((each) => each.job_id === body.job_id);
  if (!known) return { stats, queue, batches };
  const waiting = others(queue.waiting);
  if (name === "job_completed") return { stats, queue: { active: others(queue.active), waiting }, batches };
  const job = { ...known, status: "active", stage: body.stage, progress: body.progress, started_at: known.started_at ?? body.at };
  return { stats, queue: { active: [job, ...others(queue.active)], waiting }, batches };
}
