#!/usr/bin/python3
"""How long the report page takes from opening it to its Pareto view, with many points.

    bench/report_page.py build/release/bin/make_pages [--points 100000] [--runs 5]

Chromium runs headless and draws in software. `parsed`: the document is read; `front`: the Pareto view is drawn on its canvas;
`painted`: the browser has shown a frame with every section. Milliseconds since the start of the navigation.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "browser"))
import browser  # noqa: E402

TIMES = """
const done = arguments[0];
requestAnimationFrame(() => requestAnimationFrame(() => {
  const painted = performance.getEntriesByName("shown")[0]?.startTime;
  done({ parsed: performance.getEntriesByType("navigation")[0].domInteractive, front: performance.getEntriesByName("pareto drawn")[0].startTime, painted,
         points: study.rows, values: study.rows * columns.filter(column => column.present).length });
}));
"""
# The second frame after the page was drawn is the first one that the reader has surely seen.
WATCH = """addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("shown"))));"""


def main():
    words = argparse.ArgumentParser()
    words.add_argument("make_pages")
    words.add_argument("--points", default=100000, type=int)
    words.add_argument("--runs", default=5, type=int)
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        subprocess.run([chosen.make_pages, folder, str(chosen.points)], check=True)
        page = pathlib.Path(folder) / "many.html"
        print(f"{chosen.points} points: {page.stat().st_size / 1e6:.1f} MB, made in {time.monotonic() - start:.1f} s")
        for _ in range(chosen.runs):
            driver = browser.start()  # a new one each time: no cache of compiled scripts
            driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
            browser.show(driver, page)
            result = driver.execute_async_script(TIMES)
            driver.quit()
            print("  ".join(f"{name} {result[name]:.0f} ms" for name in ("parsed", "front", "painted")) + f"  ({result['values']} values)")


if __name__ == "__main__":
    main()
