// What was spent: this month against the budget, by day, by model.
import { useEffect, useState } from "preact/hooks";
import { get } from "../../core/api.js";
import { html } from "../../core/html.js";
import { onReturn } from "../../core/live.js";
import { dollars, number, plural } from "../../core/words.js";
import { BarChart } from "../../parts/chart.js";
import { Meter } from "../../parts/meter.js";

const DAYS = 30;
const DAY = 86_400_000; // ms
const EXACT = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 6 });
const NAME = new Intl.DateTimeFormat("en", { month: "short", day: "numeric", timeZone: "UTC" });

export function Spending() {
  const spent = useSpending();
  if (!spent) return null;
  const { days, models, since } = spent;
  const isNone = models.rows.every((each) => !+each.cost && !each.calls);
  return html`<section class="card wide-card" aria-labelledby="spending">
    <h2 id="spending">Spending</h2>
    <${Month} spent=${days.month_spent} budget=${days.month_budget} />
    ${isNone
      ? html`<p class="note">No spending in the last ${DAYS} days. The built-in draughtsman is free; what a <a href="#/settings">connection</a> draws is counted here.</p>`
      : html`<h3>By day</h3>
          <${BarChart} label="Spending by day, the last ${DAYS} days, UTC" bars=${byDay(days.rows, since)} format=${EXACT.format} heads=${["Day (UTC)", "Spent"]} />
          <h3>By model</h3>
          <${ByModel} rows=${models.rows} />`}
  </section>`;
}

function Month({ spent, budget }) {
  if (budget === null) return html`<p class="big">${dollars(spent)} <small>spent this month, without a budget</small></p>`;
  const share = Math.min(1, +budget ? spent / budget : 1);
  return html`<p class="big">${dollars(spent)} <small>of this month's ${dollars(budget)}, ${dollars(Math.max(0, budget - spent))} left</small></p>
    <${Meter} label="Budget of this month" parts=${[[share < 0.9 ? "good" : "bad", Math.round(share * 100)]]} total=${100} />`;
}

/** Every day of the window, those without spending, too. */
function byDay(rows, since) {
  const known = new Map(rows.map((each) => [each.group, +each.cost]));
  return Array.from({ length: DAYS }, (_, at) => {
    const day = new Date(since + at * DAY);
    return { name: NAME.format(day), value: known.get(day.toISOString().slice(0, 10)) ?? 0 };
  });
}

function ByModel({ rows }) {
  const most = Math.max(...rows.map((each) => +each.cost)) || 1;
  const unknown = rows.reduce((sum, each) => sum + each.unknown, 0);
  return html`<div class="table-frame" tabindex="0" role="group" aria-label="Spending by model">
      <table class="by-model">
        <thead><tr><th scope="col">Model</th><th scope="col"><span class="unseen">Share</span></th><th scope="col">Calls</th><th scope="col">Spent</th></tr></thead>
        <tbody>
          ${rows.map((each) => html`<tr key=${each.group}>
              <th scope="row">${each.group ?? "Unknown"}</th>
              <td class="share" aria-hidden="true"><span class="bar good" style=${{ width: `${(100 * each.cost) / most}%` }}></span></td>
              <td>${number(each.calls)}</td><td>${dollars(each.cost)}</td>
            </tr>`)}
        </tbody>
      </table>
    </div>
    ${unknown > 0 && html`<p class="note">${plural(unknown, "call")} among them may or may not have been charged: the answer was lost on the way.</p>`}`;
}

/** {days, models, since}: `since` is the first day's beginning, ms. */
function useSpending() {
  const [spent, setSpent] = useState(null);
  useEffect(() => {
    let wanted = true;
    const since = Math.floor(Date.now() / DAY) * DAY - (DAYS - 1) * DAY;
    const asked = (group) => get("/api/spending", { group_by: group, since: since / 1000 });
    const look = () =>
      Promise.all([asked("day"), asked("model")]).then(([days, models]) => wanted && setSpent({ days, models, since }), () => {});
    look();
    const leave = onReturn(look);
    return () => (leave(), (wanted = false));
  }, []);
  return spent;
}
