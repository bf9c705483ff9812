// Queue: what runs and waits, and how it has gone so far.
import { isLive } from "../core/batches.js";
import { html } from "../core/html.js";
import { ago, bytes, duration, number, percent, plural } from "../core/words.js";
import { BatchList } from "../parts/batch-list.js";
import { Meter } from "../parts/meter.js";
import { useQueue } from "./queue/live.js";
import { Spending } from "./queue/spending.js";
import { UnderWay } from "./queue/under-way.js";

const LATEST = 5; // batches

export function QueuePage() {
  const [state, refresh, problem] = useQueue();
  return html`<div class="page">
    <header class="headline"><h1>Queue</h1></header>
    ${problem ? html`<p class="note wrong" role="alert">${problem}</p>` : !state && html`<p class="note" role="status">Loading…</p>`}
    ${state && html`<${Now} stats=${state.stats} />
      <${UnderWay} queue=${state.queue} batches=${state.batches} refresh=${refresh} />
      <${SoFar} stats=${state.stats} />`}
    <${Spending} />
    ${state && html`<section aria-labelledby="latest">
      <h2 id="latest">Latest batches</h2>
      <${BatchList} batches=${state.batches.filter((each) => !isLive(each)).slice(0, LATEST)} />
    </section>`}
  </div>`;
}

function Now({ stats }) {
  const { oldest_waiting_since: oldest, median_generation_time: median, p95_generation_time: p95 } = stats;
  return html`<dl class="cards" aria-label="Now">
    <${Card} name="Drawing now" value=${number(stats.active_jobs)} note=${stats.active_jobs ? "at this moment" : "nothing at this moment"} />
    <${Card} name="Waiting" value=${number(stats.waiting_jobs)} note=${oldest ? `the oldest asked for ${ago(oldest)}` : "nothing has to wait"} />
    <${Card} name="Batches under way" value=${number(stats.active_batches)} note="of ${number(stats.total_batches)} in all" />
    <${Card} name="Time for one" value=${median === null ? "–" : duration(median)} note=${median === null ? "nothing drawn yet" : `median; 95 % within ${duration(p95)}`} />
  </dl>`;
}

function SoFar({ stats }) {
  const { successful_generations: good, failed_generations: bad, cancelled_generations: stopped, cached_generations: cached } = stats;
  const all = good + bad + stopped;
  const bars = [["good", "Drawn", good - cached], ["cached", "From the cache", cached], ["bad", "Failed", bad], ["idle", "Cancelled", stopped]];
  return html`<section class="card wide-card" aria-labelledby="so-far">
    <h2 id="so-far">So far</h2>
    ${good + bad === 0
      ? html`<p class="note">Nothing has been drawn yet. <a href="#/generate">Draw the first icon.</a></p>`
      : html`<p class="big">${percent(stats.success_rate)} <small>of ${number(good + bad)} icons succeeded</small></p>`}
    <${Meter} label="Icons asked for" parts=${bars.map(([kind, , count]) => [kind, count])} total=${all} />
    <dl class="legend">
      ${bars.map(([kind, name, count]) => html`<div key=${kind}><dt><span class="dot ${kind}"></span>${name}</dt><dd>${number(count)}</dd></div>`)}
    </dl>
    <${CacheUse} cache=${stats.cache} />
    <${Circuits} circuits=${stats.circuits} />
  </section>`;
}

function CacheUse({ cache }) {
  const used = cache.hits ? `has answered ${plural(cache.hits, "request")} without drawing` : "has not been used yet";
  return html`<p class="note">The cache remembers ${plural(cache.entries, "answer")} and ${used}. All pictures together take ${bytes(cache.bytes)}.</p>`;
}

/** Providers that are left alone for a while because they failed time after time. */
function Circuits({ circuits }) {
  const open = Object.entries(circuits).filter(([, state]) => state !== "closed").map(([name]) => name);
  return open.length > 0 && html`<p class="note wrong">${open.join(", ")}: too many failures in a row, so it is left alone for a moment.</p>`;
}

function Card({ name, value, note }) {
  return html`<div class="card">
    <dt>${name}</dt>
    <dd>${value} ${note && html`<small>${note}</small>`}</dd>
  </div>`;
}
