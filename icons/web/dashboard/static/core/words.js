// Figures and times as people read them.

const NUMBER = new Intl.NumberFormat("en");
const DATE = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60]];

export const number = (value) => NUMBER.format(value);
export const percent = (share) => `${(share * 100).toFixed(share === 1 || share === 0 ? 0 : 1)} %`;
export const date = (iso) => DATE.format(new Date(iso));
const SMALL = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumSignificantDigits: 2 });
const CENTS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

/** The service's "12.5" -> "$12.50", "0.0042" -> "$0.0042". */
export const dollars = (amount) => (+amount && +amount < 0.01 ? SMALL : CENTS).format(amount);

export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

/** "office_supplies" -> "Office supplies". */
export const title = (name) => (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll("_", " ");

export function bytes(count) {
  const unit = count >= 1e9 ? ["GB", 1e9] : count >= 1e6 ? ["MB", 1e6] : ["KB", 1e3];
  return `${(count / unit[1]).toFixed(count >= 1e6 ? 1 : 0)} ${unit[0]}`;
}

/** "3 min. ago", "just now". */
export function ago(iso) {
  const seconds = (new Date(iso) - Date.now()) / 1000;
  const step = STEPS.find(([, size]) => -seconds >= size);
  return step ? AGO.format(Math.round(seconds / step[1]), step[0]) : "just now";
}

/** Seconds as "850 ms", "12 s", "4 min 10 s". */
export function duration(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
