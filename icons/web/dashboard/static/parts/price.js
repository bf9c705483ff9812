// What a click will cost, said before it.
import { useEffect, useState } from "preact/hooks";
import { post } from "../core/api.js";
import { classes, html } from "../core/html.js";
import { dollars, number } from "../core/words.js";

const PAUSE = 300; // ms without a change before the price is asked for

/** `request`: a batch's body, or null while there is nothing to ask for. `total`: how many icons it stands for. */
export function Price({ request, total }) {
  const quote = useQuote(request);
  if (!request || !quote) return html`<p class="price note" role="status"></p>`;
  const { budget_left: left } = quote;
  const scarce = left !== null && +quote.low > +left;
  return html`<p class=${classes("price note", { wrong: scarce })} role="status">
    <span><strong>${cost(quote)}</strong>${remembered(quote, total)}</span>
    ${left !== null && html`<span>${scarce ? "only " : ""}${dollars(left)} left this month</span>`}
  </p>`;
}

function cost({ icons, low, high, unpriced }) {
  if (unpriced === icons && icons > 0) return "Price unknown";
  const sum = low === high ? `About ${dollars(low)}` : `About ${dollars(low)} to ${dollars(high)}`;
  if (unpriced) return `${sum}, and ${number(unpriced)} of unknown price`;
  return +high === 0 ? "Free" : sum;
}

function remembered({ icons }, total) {
  const known = total - icons;
  if (known <= 0) return "";
  return known === total ? ", from the cache" : `, ${number(known)} of ${number(total)} from the cache`;
}

/** The service's estimate for a request; that of an older request is never shown for a newer one. */
function useQuote(request) {
  const [quote, setQuote] = useState(null);
  const asked = JSON.stringify(request);
  useEffect(() => {
    setQuote(null);
    if (!request) return;
    let wanted = true;
    const timer = setTimeout(() => {
      post("/api/icons/estimate", request).then((found) => wanted && setQuote(found), () => {}); // the click says what is wrong
    }, PAUSE);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [asked]);
  return quote;
}
