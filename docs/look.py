"""Open a plan's report in a real browser, hold it to what it promises, and take its pictures.

    python docs/look.py DIR [PICTURES]

Needs Debian's Chromium, `pip install playwright` (its driver only), and `AXE` naming axe-core's
`axe.min.js` where the accessibility check is wanted. Exits with 1 where a promise is broken.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, Page, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES, MOST_SECONDS = 3_000_000, 3.0
WEBGL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
NO_WEBGL = ["--disable-gpu", "--disable-3d-apis"]
DRAWN, STATIC = "html[data-map=drawn]", "html[data-map=static]"
AT_ONCE: Any = {"state": "attached", "timeout": 20_000}
CHOSEN = "document.querySelector('tr.on')?.dataset.row ?? ''"
CENTRE = "planMap.map.getCenter().toArray()"
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd / 1e3"
ROLLS = "[...document.querySelectorAll('tr[data-row]')].map((r) => Number(r.cells[2].dataset.v))"
BELOW: Any = {"x": 0, "y": 500, "width": 1440, "height": 1000}
IN_VIEW = """(row) => {
  const its = row.getBoundingClientRect(), all = row.closest('.scroll').getBoundingClientRect();
  return its.top >= all.top - 1 && its.bottom <= all.bottom + 1;
}"""
A_MEMBER = """() => {
  const map = planMap.map, data = JSON.parse(document.getElementById('plan-data').textContent);
  const box = map.getCanvas().getBoundingClientRect();
  for (const one of data.schools.filter((school) => school[4])) {
    const at = map.project([one[5], one[6]]);
    const hit = map.queryRenderedFeatures(at, {layers: ['members']})[0];
    const alone = map.queryRenderedFeatures(at, {layers: ['others']})[0];
    if (hit && !alone && hit.properties.id === one[4]) return [box.x + at.x, box.y + at.y, one[4]];
  }
}"""
AXE = """axe.run(document, {resultTypes: ['violations']}).then((found) =>
  found.violations.map((one) => `${one.id} x${one.nodes.length}: ` + one.nodes.slice(0, 3)
    .map((node) => node.html.slice(0, 160) + ' ' + node.failureSummary.slice(0, 200)).join(' | ')))
"""
ON_MAP = "planMap.map.getFilter('chosen')[2]"

problems: list[str] = []


def hold(fine: bool, said: str) -> None:
    """Say a promise as kept or broken."""
    print(f"{'kept  ' if fine else 'BROKEN'} {said}")
    if not fine:
        problems.append(said)


@contextmanager
def opened(browser: Browser, report: Path, name: str, **options: Any) -> Iterator[Page]:
    """Open the report in a page of its own that may reach nothing, and watch what it asks for."""
    context = browser.new_context(**options)
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda one: errors.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: errors.append(str(one)))
    page.goto(report.resolve().as_uri())
    yield page
    outside = [url for url in asked if not url.startswith(("blob:", "data:")) and url != page.url]
    outside = [url for url in outside if url.split("#")[0] != report.resolve().as_uri()]
    hold(not outside, f"{name}: no request leaves the file {outside[:3] or ''}")
    hold(not errors, f"{name}: no error on the console {errors[:3] or ''}")
    context.close()


def desktop(page: Page, pictures: Path) -> None:
    """Hold the page to its promises at a desk: the map, both links, the keyboard."""
    page.wait_for_selector(DRAWN, **AT_ONCE)
    page.wait_for_timeout(300)
    page.screenshot(path=pictures / "report-top.png")
    page.locator("#map-and-table").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('map-and-table').scrollIntoView()")
    page.wait_for_timeout(400)
    page.screenshot(path=pictures / "report-desktop.png")
    rows = page.locator("tr[data-row]")
    if not rows.count():
        return
    colours = page.evaluate("planMap.map.queryRenderedFeatures({layers: ['labels']}).length")
    hold(colours > 0, f"desktop: the map draws its federations ({colours} labels)")
    middle = rows.nth(min(5, rows.count() - 1))
    before = page.evaluate(CENTRE)
    button = middle.locator("button.pick")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(1200)
    wanted = middle.get_attribute("data-row")
    hold(
        page.evaluate(ON_MAP) == wanted,
        "desktop: choosing in the table by keyboard shows on the map",
    )
    hold(
        page.evaluate("planMap.map.getCenter().toArray()") != before, "desktop: and moves it there"
    )
    page.screenshot(path=pictures / "report-chosen.png")
    page.keyboard.press("Escape")
    page.wait_for_timeout(1200)
    hold(page.evaluate(CHOSEN) == "", "desktop: Escape lets go, and the map goes back")
    spot = page.evaluate(A_MEMBER)
    page.mouse.click(spot[0], spot[1])
    page.wait_for_timeout(500)
    hold(page.evaluate(CHOSEN) == spot[2], "desktop: choosing on the map chooses in the table")
    hold(page.locator("tr.on").evaluate(IN_VIEW), "desktop: and its row is in view")
    page.keyboard.press("Escape")
    page.locator("#find").fill(rows.nth(2).get_attribute("data-row") or "")
    hold(page.locator("tr[data-row]:visible").count() == 1, "desktop: finding leaves the one row")
    page.locator("#find").fill("")
    page.locator("th[data-sort=number] button").first.click()
    rolls = page.evaluate(ROLLS)
    hold(rolls == sorted(rolls), "desktop: sorting by pupils sorts")
    page.locator("article.card").nth(min(5, rows.count() - 1)).evaluate("c => c.scrollIntoView()")
    page.wait_for_timeout(300)
    page.screenshot(path=pictures / "report-card.png")


def accessible(page: Page, name: str) -> None:
    """Run axe-core over the whole page, every rule of WCAG 2.2 A and AA and its best practices."""
    source = os.environ.get("AXE")
    if not source:
        print(f"not run {name}: axe-core (name its axe.min.js in AXE)")
        return
    page.evaluate(Path(source).read_text(encoding="utf-8"))
    found = page.evaluate(AXE)
    hold(not found, f"{name}: axe-core reports nothing {found or ''}")


def main(folder: Path, pictures: Path) -> int:
    """Look at a report at a desk, on a phone, on paper and without WebGL."""
    report = folder / "report.html"
    pictures.mkdir(parents=True, exist_ok=True)
    size = report.stat().st_size
    hold(size < MOST_BYTES, f"the page is {size / 1e6:.2f} MB, under {MOST_BYTES / 1e6:g} MB")
    with sync_playwright() as play:
        start = {"executable_path": "/usr/bin/chromium", "headless": True}
        browser = play.chromium.launch(args=["--no-sandbox", *WEBGL], **start)
        wide = {"viewport": {"width": 1440, "height": 1000}}
        with opened(browser, report, "desktop", **wide) as page:
            loaded = page.evaluate(
                "performance.getEntriesByType('navigation')[0].loadEventEnd / 1e3"
            )
            hold(loaded < MOST_SECONDS, f"loaded in {loaded:.2f} s, under {MOST_SECONDS:g} s")
            began = time.perf_counter()
            page.wait_for_selector(DRAWN, **AT_ONCE)
            print(f"       the map is drawn {time.perf_counter() - began:.2f} s later")
            desktop(page, pictures)
        with opened(browser, report, "axe, desktop", **wide, bypass_csp=True) as page:
            page.wait_for_selector(DRAWN, **AT_ONCE)
            accessible(page, "desktop")
        phone = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
        phone |= {"is_mobile": True, "has_touch": True}
        with opened(browser, report, "phone", **phone, bypass_csp=True) as page:
            page.wait_for_selector(DRAWN, **AT_ONCE)
            wider = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
            hold(not wider, "phone: nothing is wider than the screen")
            page.screenshot(path=pictures / "report-phone.png")
            page.evaluate("document.getElementById('map-and-table').scrollIntoView()")
            page.wait_for_timeout(300)
            page.screenshot(path=pictures / "report-phone-map.png")
            accessible(page, "phone")
        with opened(browser, report, "paper", **wide) as page:
            page.wait_for_selector(DRAWN, **AT_ONCE)
            page.pdf(
                path=pictures / "printed.pdf", prefer_css_page_size=True, print_background=True
            )
        browser.close()
        browser = play.chromium.launch(args=["--no-sandbox", *NO_WEBGL], **start)
        with opened(browser, report, "no WebGL", **wide) as page:
            page.wait_for_selector(STATIC, **AT_ONCE)
            page.evaluate("document.getElementById('map-and-table').scrollIntoView()")
            first = page.locator("#map-box .federation").first
            if first.count():
                first.dispatch_event("click", {"bubbles": True})
                same = page.evaluate(CHOSEN) == first.get_attribute("data-federation")
                hold(same, "no WebGL: the static map chooses too")
            page.screenshot(path=pictures / "report-no-webgl.png")
        with opened(browser, report, "no script", **wide, java_script_enabled=False) as page:
            hold(
                page.locator("#map-box svg").first.is_visible(),
                "no script: the static map is there",
            )
            page.screenshot(path=pictures / "report-no-script.png", full_page=True, clip=BELOW)
        browser.close()
    print(f"{len(problems)} promises broken" if problems else "Every promise is kept")
    return 1 if problems else 0


if __name__ == "__main__":
    given = [Path(word) for word in sys.argv[1:]]
    sys.exit(main(given[0], given[1] if len(given) > 1 else given[0] / "pictures"))
