// Queue: what runs and waits, and how it has gone so far.
import { useEffect, useState } from "preact/hooks";
import { get } from "../core/api.js";
import { html } from "../core/html.js";
import { listen } from "../core/live.js";
import { notify } from "../core/notices.js";
import { bytes, duration, number, percent } from "../core/words.js";
import { BatchList } from "../parts/batch-list.js";
import { Meter } from "../parts/meter.js";

const POLL = 5000; // ms between looks without news
const PAUSE = 500; // ms between looks when there is much news

export function QueuePage() {
  const stats = useStatistics();
  const [batches, setBatches] = useState(null);
  useEffect(() => void get("/api/icons/batches", { limit: 8 }).then((page) => setBatches(page.batches), (error) => notify(error.message, "bad")), []);
  return html`<div class="page">
    <header class="headline"><h1>Queue</h1></header>
    ${stats && html`<${Now} stats=${stats} /><${SoFar} stats=${stats} />`}
    <section aria-labelledby="latest">
      <h2 id="latest">Latest batches</h2>
      <${BatchList} batches=${batches} />
    </section>
  </div>`;
}

function Now({ stats }) {
  return html`<dl class="cards" aria-label="Now">
    <${Card} name="Drawing now" value=${number(stats.active_jobs)} />
    <${Card} name="Waiting" value=${number(stats.waiting_jobs)} />
    <${Card} name="Batches under way" value=${number(stats.active_batches)} note="of ${number(stats.total_batches)} in all" />
    <${Card} name="Time for one" value=${stats.average_generation_time === null ? "–" : duration(stats.average_generation_time)} note="on average" />
  </dl>`;
}

function SoFar({ stats }) {
  const { successful_generations: good, failed_generations: bad, cancelled_generations: stopped, cached_generations: cached, cache } = stats;
  const all = good + bad + stopped;
  const bars = [
    ["good", "Drawn", good - cached],
    ["cached", "From the cache", cached],
    ["bad", "Failed", bad],
    ["idle", "Cancelled", stopped],
  ];
  return html`<section class="card wide-card" aria-labelledby="so-far">
    <h2 id="so-far">So far</h2>
    <p class="big">${percent(stats.success_rate)} <small>of ${number(good + bad)} icons succeeded</small></p>
    <${Meter} label="Icons asked for" parts=${bars.map(([kind, , count]) => [kind, count])} total=${all} />
    <dl class="legend">
      ${bars.map(([kind, name, count]) => html`<div key=${kind}><dt><span class="dot ${kind}"></span>${name}</dt><dd>${number(count)}</dd></div>`)}
    </dl>
    <p class="note">The cache remembers ${number(cache.entries)} answers in ${bytes(cache.bytes)} and has been used ${number(cache.hits)} times.</p>
  </section>`;
}

function Card({ name, value, note }) {
  return html`<div class="card">
    <dt>${name}</dt>
    <dd>${value} ${note && html`<small>${note}</small>`}</dd>
  </div>`;
}

/** The account's figures: looked at again when something happens, and once in a while. */
function useStatistics() {
  const [stats, setStats] = useState(null);
  useEffect(() => {
    let timer;
    let open = true;
    const plan = (pause) => {
      clearTimeout(timer);
      timer = setTimeout(look, pause);
    };
    const look = () => get("/api/icons/stats").then((found) => open && setStats(found), () => {}).finally(() => open && plan(POLL));
    let due = 0;
    const unlisten = listen(() => {
      if (Date.now() < due) return;
      due = Date.now() + PAUSE;
      plan(PAUSE);
    });
    look();
    return () => {
      open = false;
      clearTimeout(timer);
      unlisten();
    };
  }, []);
  return stats;
}
