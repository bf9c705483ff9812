"""The dashboard in Chromium: first load beside a bare page; a sheet of 1,000 icons filling, scrolled and judged."""

from collections.abc import Mapping
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser, Page

from tools.browsing import chromium, sign_in, studio

ICONS = 1000
VISITS = 5
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
LOADED = "performance.getEntriesByType('resource').map(each => each.transferSize)"  # bytes; 0 = from the cache
# Frames drawn and the time that long tasks (over 50 ms) kept the page from answering.
WATCH = """() => {
  window.seen = { frames: 0, long: [], start: performance.now() };
  new PerformanceObserver((list) => list.getEntries().forEach((each) => seen.long.push(each.duration)))
    .observe({ type: 'longtask' });
  const frame = () => { seen.frames++; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}"""
SEEN = "() => ({ ...seen, ms: performance.now() - seen.start })"
# From top to bottom and back in steps of one wheel notch; the time between two frames.
SCROLL = """async () => {
  const frame = () => new Promise(requestAnimationFrame), gaps = [];
  let last = await frame();
  for (const way of [120, -120]) {
    for (let y = scrollY; ; y = scrollY) {
      scrollBy({ top: way, behavior: 'instant' });
      const now = await frame();
      gaps.push(now - last);
      last = now;
      if (scrollY === y) break;
    }
  }
  return gaps.sort((one, other) => one - other);
}"""
# As Chromium's DevTools protocol takes it; throughput in bytes a second.
Network = Mapping[str, float | bool]
FAR: Network = {"offline": False, "latency": 50, "downloadThroughput": 1_250_000, "uploadThroughput": 1_250_000}
JUDGED = 50  # icons approved by key, one after the other


class Visit(NamedTuple):
    """What a visit took."""

    painted: float  # ms to the first content
    usable: float  # ms to the form
    files: list[int]  # bytes sent of each


def visits(browser: Browser, address: str, selector: str, network: Network | None) -> list[Visit]:
    """Two visits with a browser that has never been there."""
    context = browser.new_context()
    page = context.new_page()
    if network:
        context.new_cdp_session(page).send("Network.emulateNetworkConditions", dict(network))
    found = []
    for _ in range(2):
        page.goto(address, wait_until="commit")
        page.wait_for_selector(selector)
        usable = page.evaluate("performance.now()")
        page.wait_for_load_state("networkidle")
        found.append(Visit(page.evaluate(PAINT), usable, page.evaluate(LOADED)))
        page.goto("about:blank")
    context.close()
    return found


def load(browser: Browser, url: str, name: str, network: Network | None) -> None:
    """Print how long a visit takes."""
    ours = [visits(browser, url, "form", network) for _ in range(VISITS)]
    bare = [visits(browser, f"{url}/health", "body", network) for _ in range(VISITS)]
    for at, which in enumerate(("first visit", "second visit")):
        painted, usable = (median(getattr(each[at], field) for each in ours) for field in ("painted", "usable"))
        baseline = median(each[at].painted for each in bare)
        sent = [size for size in ours[0][at].files if size]
        print(f"{name}, {which}: content after {painted:.0f} ms, usable after {usable:.0f} ms")
        print(f"  baseline (a JSON page) {baseline:.0f} ms; {len(sent)} files, {sum(sent) / 1000:.0f} KB")


def fill(page: Page) -> None:
    """Print how a sheet of 1,000 icons behaves while it fills."""
    page.get_by_role("navigation").get_by_role("link", name="Batches").click()
    page.get_by_label("Categories").fill("\n".join(f"Thing {number}" for number in range(ICONS)))
    page.get_by_role("radio", name="64", exact=True).check()
    page.get_by_role("button", name=f"Draw {ICONS:,} icons").click()
    page.locator(".cell").nth(ICONS - 1).wait_for(state="attached", timeout=120_000)
    page.evaluate(WATCH)
    page.get_by_text("Done", exact=True).wait_for(timeout=600_000)
    seen = page.evaluate(SEEN)
    seconds = seen["ms"] / 1000
    print(f"sheet of {ICONS:,}: filled in {seconds:.1f} s at {seen['frames'] / seconds:.0f} frames/s")
    print(f"  {len(seen['long'])} long tasks, the longest {max(seen['long'], default=0):.0f} ms")
    gaps = page.evaluate(SCROLL)
    late = gaps[int(len(gaps) * 0.95)]
    print(f"  scrolled through in {len(gaps)} frames, {median(gaps):.0f} ms each, p95 {late:.0f} ms")
    judge(page)
    before = page.evaluate("performance.now()")
    page.locator("button.tile").first.click()
    page.get_by_role("dialog").wait_for()
    print(f"  an icon opens in {page.evaluate('performance.now()') - before:.0f} ms")


def judge(page: Page) -> None:
    """Print how long a key that approves an icon and goes to the next one takes until its cell shows it."""
    page.locator("button.tile").first.focus()
    before = page.evaluate("performance.now()")
    for _ in range(JUDGED):
        page.keyboard.press("a")
        page.keyboard.press("ArrowRight")
    page.locator(".cell.approved").nth(JUDGED - 1).wait_for()
    print(f"  an icon is approved in {(page.evaluate('performance.now()') - before) / JUDGED:.0f} ms")


def main() -> None:
    """Print the figures."""
    with studio() as url, chromium() as browser:
        load(browser, url, "here", None)
        load(browser, url, "50 ms and 10 Mbit away", FAR)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        sign_in(page, url)
        fill(page)


if __name__ == "__main__":
    main()
