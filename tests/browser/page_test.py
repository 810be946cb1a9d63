"""What the report page does in a real browser: page_test.py CLAIM [CLAIM...]. The pages are made by make_pages."""
import base64
import itertools
import os
import pathlib
import sys
import unittest

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

import browser

PAGES = pathlib.Path(os.environ.get("PAGES", "pages"))
EVERY_PAGE = ("comparison", "run", "sweep", "hostile", "empty")
EVERY_VIEW = tuple(itertools.product((1280, 390), (False, True)))

# Pixels of each chart, inside its axes, that have the colour of one of its data sets.
PAINTED = """
const number = text => { const probe = document.createElement("canvas").getContext("2d"); probe.fillStyle = text; probe.fillRect(0, 0, 1, 1);
                         return probe.getImageData(0, 0, 1, 1).data.slice(0, 3).join(); };
return [...document.querySelectorAll("canvas")].filter(canvas => canvas.offsetParent).map(canvas => {
  const chart = Chart.getChart(canvas), { left, top, width, height } = chart.chartArea, dots = chart.currentDevicePixelRatio;
  const wanted = new Set(chart.data.datasets.filter(set => set.label !== "Pareto front").map(set => number(set.backgroundColor)));
  const { data } = canvas.getContext("2d").getImageData(left * dots, top * dots, width * dots, height * dots);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255 && wanted.has(data.slice(i, i + 3).join())) count++;
  return { where: canvas.closest("section").id, count };
});
"""

# Text whose colour is too near its background's: WCAG 2.1 AA, 4.5 to 1, or 3 to 1 for large text. Disabled controls are exempt.
LOW_CONTRAST = """
const rgba = text => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                                      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = element => { for (let e = element; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] === 1) return c; }
                            throw new Error("no background"); };
const low = [];
let seen = 0;
for (const element of document.querySelectorAll("body *")) {
  if (element.closest("script, noscript") || element.matches(":disabled") || !element.checkVisibility()) continue;
  const own = element.matches("input, select") || [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  if (!own) continue;
  seen++;
  const style = getComputedStyle(element), size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  const [a, b] = [light(rgba(style.color)), light(behind(element))].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
  if (ratio < (large ? 3 : 4.5)) low.push(`${element.tagName} "${element.textContent.slice(0, 30)}" ${ratio.toFixed(2)}`);
}
// Canvas text has no computed style: the colours that the charts are drawn with.
const colours = theme(), ground = light(rgba(behind(document.body).join()));
const hex = text => [1, 3, 5].map(i => parseInt(text.slice(i, i + 2), 16));
const against = text => { const [a, b] = [light(hex(text)), ground].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
for (const text of [colours.text, colours.quiet]) if (against(text) < 4.5) low.push(`chart text ${text}`);
for (const text of colours.series) if (against(text) < 3) low.push(`chart colour ${text} ${against(text).toFixed(2)}`);
return { low, seen };
"""


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.driver = browser.start()

    @classmethod
    def tearDownClass(cls):
        cls.driver.quit()

    def show(self, page, width=1280, dark=False):
        said = browser.show(self.driver, PAGES / f"{page}.html", width, dark)
        self.assertEqual(said, [], f"{page} at {width} {'dark' if dark else 'light'}")
        self.assertEqual(self.js("return document.documentElement.dataset.drawn"), "all", page)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def column(self, title):
        """The texts of a column of the comparison."""
        return self.js("""
            const table = document.querySelector("#comparison table");
            const at = [...table.tHead.rows[0].cells].findIndex(cell => cell.querySelector(".title").textContent === arguments[0]);
            return [...table.tBodies[0].rows].map(row => row.cells[at].textContent);""", title)

    def heading(self, title):
        return self.driver.find_element(By.XPATH, f"//section[@id='comparison']//th//button[text()='{title}']")

    def drawn_points(self, section="pareto"):
        return self.js("""
            return Chart.getChart(document.querySelector(`#${arguments[0]} canvas`)).data.datasets
              .filter(set => set.type !== "line").reduce((sum, set) => sum + set.data.length, 0);""", section)


class loading(PageTest):
    def test_every_page_in_every_view_without_a_word_on_the_console(self):
        for page, (width, dark) in itertools.product(EVERY_PAGE, EVERY_VIEW):
            self.show(page, width, dark)

    def test_asks_the_network_for_nothing_and_may_not(self):
        self.show("comparison")
        self.assertEqual(self.js("return performance.getEntriesByType('resource').length"), 0)
        policy = self.js("return document.querySelector('meta[http-equiv=Content-Security-Policy]').content")
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        ran = self.js("""const script = document.createElement("script"); script.textContent = "window.ran = true";
                         document.body.append(script); return window.ran === true;""")
        self.assertFalse(ran, "a script that the page was not built with")

    def test_a_section_without_data_says_so_in_a_sentence(self):
        self.show("empty")
        self.assertEqual(self.js(PAINTED), [])
        for section in ("pareto", "units", "width", "layers", "roofline", "accuracy"):
            self.assertIn("o", self.js("return document.querySelector(`#${arguments[0]} .about`).textContent", section), section)
            self.assertTrue(self.js("return document.querySelector(`#${arguments[0]}`).innerText", section).strip().endswith("."), section)


class charts(PageTest):
    EXPECTED = {
        "comparison": ["pareto", "units", "units", "width", "width", "layers", "roofline"],
        "run": ["pareto", "units", "units", "layers", "roofline"],
        "sweep": ["pareto", "units", "units", "width", "width", "accuracy"],
    }

    def test_every_chart_draws_its_data(self):
        for page, (width, dark) in itertools.product(self.EXPECTED, EVERY_VIEW):
            self.show(page, width, dark)
            painted = self.js(PAINTED)
            self.assertEqual([chart["where"] for chart in painted], self.EXPECTED[page])
            for chart in painted:
                self.assertGreater(chart["count"], 25, f"{page} {width} {chart}")

    def test_every_chart_has_words_and_axis_titles(self):
        for page in self.EXPECTED:
            self.show(page)
            for words, titles in self.js("""
                return [...document.querySelectorAll("canvas")].filter(canvas => canvas.offsetParent).map(canvas =>
                  [canvas.getAttribute("aria-label"), Object.values(Chart.getChart(canvas).options.scales).filter(s => s.type !== "category").map(s => s.title.text)]);"""):
                self.assertGreater(len(words), 20)
                self.assertTrue(titles and all(titles), words)

    def test_another_run_is_drawn_when_chosen(self):
        self.show("comparison")
        before = self.js("return Chart.getChart(document.querySelector('#layers canvas')).data.datasets.map(set => set.label)")
        Select(self.find("#layers select")).select_by_visible_text("dasq, dasq:w3a4:sw4:p98")
        after = self.js("return Chart.getChart(document.querySelector('#layers canvas')).data.datasets.map(set => set.label)")
        self.assertNotIn("outlier", before)
        self.assertIn("outlier", after)

    def test_layers_add_up_to_their_latency(self):
        self.show("run")
        sums = self.js("""const { data } = Chart.getChart(document.querySelector("#layers canvas"));
                          return data.labels.map((_, i) => data.datasets.reduce((sum, set) => sum + set.data[i], 0));""")
        for sum_us, cycles in zip(sums, (30000, 2000, 3000)):
            self.assertAlmostEqual(sum_us, cycles / 500, places=6)  # 500 MHz

    def test_charts_follow_the_colour_scheme(self):
        self.show("comparison")
        colour = "return Chart.getChart(document.querySelector('#pareto canvas')).options.color"
        light = self.js(colour)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        WebDriverWait(self.driver, 30).until(lambda _: self.js(colour) != light)


class comparison(PageTest):
    def test_tables_have_captions_and_headings(self):
        for page in EVERY_PAGE:
            self.show(page)
            faults = self.js("""
                return [...document.querySelectorAll("table")].filter(table => !(table.caption && table.caption.textContent.trim() && table.tHead
                    && [...table.tHead.rows[0].cells].every(cell => cell.matches("th[scope=col]") && (cell.textContent.trim() || table.tBodies[0].rows.length === 0))
                    && [...table.tBodies[0].rows].every(row => row.cells[0].matches("th[scope=row]"))))
                  .map(table => table.outerHTML.slice(0, 200));""")
            self.assertEqual(faults, [], page)

    def test_sorts_by_click_in_both_directions_with_absent_values_last(self):
        self.show("comparison")
        as_given = self.column("energy")
        numbers = sorted(float(text) for text in as_given if text != "–")
        self.assertEqual(as_given.count("–"), 1)
        for direction, order in (("ascending", numbers), ("descending", numbers[::-1])):
            self.heading("energy").click()
            self.assertEqual([float(text) for text in self.column("energy")[:-1]], order)
            self.assertEqual(self.column("energy")[-1], "–")
            self.assertEqual(self.heading("energy").find_element(By.XPATH, "ancestor::th").get_attribute("aria-sort"), direction)
        self.assertEqual(self.js("return document.querySelectorAll('#comparison th[aria-sort$=ending]').length"), 1)

    def test_sorts_by_keyboard(self):
        self.show("comparison")
        self.heading("platform").send_keys(Keys.ENTER)
        self.assertEqual(self.column("platform"), sorted(self.column("platform")))
        self.driver.switch_to.active_element.send_keys(Keys.SPACE)
        self.assertEqual(self.column("platform"), sorted(self.column("platform"), reverse=True))

    def test_absent_values_are_dashes_and_ratios_refer_to_the_baseline(self):
        self.show("comparison")
        ratios = dict(zip(self.column("scheme"), self.column("energy ratio")))
        self.assertEqual(ratios["symq:w3a4"], ratios["symq:w8a8"])
        self.assertEqual(float(ratios["symq:w3a4"]), 1)
        self.assertGreater(float(ratios["dasq:w3a4:sw4:p98"]), 1)
        self.assertEqual(ratios["post:w3a4:g4"], "–")

    def test_many_rows_come_a_page_at_a_time(self):
        self.show("sweep")
        first = self.column("latency")
        self.assertEqual(len(first), 50)
        self.find("#comparison .pager button:last-child").click()
        self.assertNotEqual(self.column("latency"), first)
        self.assertIn("Rows 51 to 100 of 1,500", self.find("#comparison .pager").text)

    def test_columns_can_be_added(self):
        self.show("comparison")
        self.find("#comparison .chooser summary").click()
        self.driver.find_element(By.XPATH, "//div[contains(@class,'controls')]//label[.='macs']/input").click()
        self.assertEqual(set(self.column("macs")), {"7,682,560"})


class filtering(PageTest):
    def test_by_an_axis(self):
        self.show("comparison")
        Select(self.find("#filter select[data-column=platform]")).select_by_visible_text("dasq")
        self.assertEqual(self.column("platform"), ["dasq", "dasq"])
        self.assertEqual(self.drawn_points(), 2)
        self.assertIn("2 of 5 points", self.find("#filter .state").text)
        Select(self.find("#filter select[data-column=platform]")).select_by_visible_text("all")
        self.assertEqual(len(self.column("platform")), 5)

    def test_by_a_range_in_the_unit_shown(self):
        self.show("comparison")
        middle = sorted(float(text) for text in self.column("energy") if text != "–")[2]
        Select(self.find("#filter select.ranged")).select_by_visible_text("energy (µJ)")
        self.find("#filter input[name=to]").send_keys(str(middle - 1e-4), Keys.TAB)
        left = [float(text) for text in self.column("energy")]
        self.assertEqual(len(left), 2)
        self.assertTrue(all(value < middle for value in left))

    def test_a_filter_that_nothing_passes_leaves_sentences(self):
        self.show("comparison")
        self.find("#filter input[name=from]").send_keys("1e30", Keys.TAB)
        self.assertIn("0 of 5 points", self.find("#filter .state").text)
        self.assertEqual(self.column("platform"), [])
        self.assertFalse(self.find("#pareto figure").is_displayed())
        self.assertIn("No point", self.find("#pareto .about").text)

    def test_starts_with_one_workload_where_there_are_several(self):
        self.show("sweep")
        self.assertEqual(set(self.column("workload")), {"resnet18"})
        Select(self.find("#filter select[data-column=workload]")).select_by_visible_text("all")
        self.assertEqual(self.drawn_points(), 3000)


class front(PageTest):
    NOT_BEATEN = """
        const { datasets } = Chart.getChart(document.querySelector("#pareto canvas")).data;
        const [front, ...clouds] = datasets, points = clouds.flatMap(set => set.data), [sx, sy] = arguments;
        const beats = (a, b) => sx * a.x <= sx * b.x && sy * a.y <= sy * b.y && (a.x !== b.x || a.y !== b.y);
        const key = point => `${point.x} ${point.y}`;
        const wanted = new Set(points.filter(point => !points.some(other => beats(other, point))).map(key));
        return [front.data.length, wanted.size, front.data.every(point => wanted.has(key(point)))];"""

    def choose(self, name, text):
        Select(self.find(f"#pareto [name={name}]")).select_by_visible_text(text)

    def test_holds_the_points_that_no_other_beats(self):
        self.show("sweep")
        for x_goal, y_goal in itertools.product(("smallest", "largest"), repeat=2):
            self.choose("xGoal", x_goal)
            self.choose("yGoal", y_goal)
            count, wanted, right = self.js(self.NOT_BEATEN, *[1 if goal == "smallest" else -1 for goal in (x_goal, y_goal)])
            self.assertGreater(count, 1)
            self.assertEqual((count, right), (wanted, True))

    def test_of_accuracy_wants_the_largest(self):
        self.show("sweep")
        self.assertEqual(Select(self.find("#accuracy [name=yGoal]")).first_selected_option.text, "largest")
        self.assertIn("accuracy", self.find("#accuracy figcaption").text)

    def test_is_drawn_for_the_columns_chosen(self):
        self.show("sweep")
        axis = "return Chart.getChart(document.querySelector('#pareto canvas')).scales.%s"
        self.choose("x", "area (µm²)")
        self.choose("yLog", "logarithmic")
        self.choose("colour", "array.trees")
        self.assertEqual(self.js(axis % "x" + ".options.title.text"), "area (µm²)")
        self.assertEqual(self.js(axis % "y" + ".type"), "logarithmic")
        labels = self.js("return Chart.getChart(document.querySelector('#pareto canvas')).data.datasets.map(set => set.label)")
        self.assertEqual(labels, ["Pareto front", *[f"array.trees {trees}" for trees in (4, 8, 16, 32, 64)]])

    def test_hovering_tells_the_point(self):
        self.show("comparison")
        x, y = self.js("""
            const canvas = document.querySelector("#pareto canvas"), chart = Chart.getChart(canvas);
            canvas.scrollIntoView({ block: "center" });
            const index = chart.data.datasets.findIndex(set => set.label === "dasq"), { x, y } = chart.getDatasetMeta(index).data[0];
            const box = canvas.getBoundingClientRect();
            return [Math.round(x - box.width / 2), Math.round(y - box.height / 2)];""")
        ActionChains(self.driver).move_to_element_with_offset(self.find("#pareto canvas"), x, y).perform()
        tooltip = """const { tooltip } = Chart.getChart(document.querySelector("#pareto canvas"));
                     return [tooltip.opacity, tooltip.title.join(), tooltip.body.flatMap(part => part.lines).join("; ")];"""
        opacity, title, body = self.js(tooltip)
        self.assertEqual(opacity, 1)
        self.assertIn("dasq, dasq:w3a4:sw4:p98", title)
        self.assertRegex(body, r"latency: [\d.]+ µs; energy: [\d.]+ µJ")

    def test_points_are_listed(self):
        self.show("comparison")
        self.assertGreater(self.js("return document.querySelector('#pareto table').tBodies[0].rows.length"), 0)


class hostile_names(PageTest):
    def test_stay_names(self):
        for width in (1280, 390):
            self.show("hostile", width)  # an alert would have stopped the driver
            self.assertEqual(self.js("return document.querySelectorAll('main img, main b, main i, main script').length"), 0)
            self.assertEqual(self.js("return document.querySelectorAll('script:not([type])').length"), 2)
            self.assertEqual(self.js("return document.title"), "</title><script>alert(4)</script> & <i>title</i> - Symmetree")
            self.assertEqual(self.find("h1").text, "</title><script>alert(4)</script> & <i>title</i>")
        self.assertEqual(self.column("platform"), ["<script>alert(1)</script>", "__proto__", "\"><img src=x onerror=alert(1)>", "constructor"])
        self.assertEqual(self.column("constructor"), ["__proto__", "hasOwnProperty"] * 2)
        self.assertEqual(self.column("__proto__"), ["0.5000", "1.5000", "2.5000", "3.5000"])
        self.assertIn("<img src=x onerror=alert(3)>", self.find("#provenance").text)
        self.assertIn("{{data}} {{script}}", self.find("#provenance").text)
        self.assertIn("</script><b>layer</b>", self.js("return study.details[0].layer"))

    def test_can_be_sorted_filtered_and_drawn_like_others(self):
        self.show("hostile")
        self.heading("constructor").click()
        self.assertEqual(self.column("constructor"), sorted(["__proto__", "hasOwnProperty"] * 2))
        Select(self.find("#filter select[data-column=platform]")).select_by_visible_text("__proto__")
        self.assertEqual(self.column("platform"), ["__proto__"])
        Select(self.find("#pareto [name=colour]")).select_by_visible_text("constructor")
        self.assertEqual(self.drawn_points(), 1)


class contrast(PageTest):
    def test_of_every_text_is_enough(self):
        for page, dark in itertools.product(("comparison", "sweep"), (False, True)):
            self.show(page, 1280, dark)
            self.js("for (const details of document.querySelectorAll('details')) details.open = true;")
            result = self.js(LOW_CONTRAST)
            self.assertGreater(result["seen"], 100)
            self.assertEqual(result["low"], [], f"{page} {'dark' if dark else 'light'}")

    def test_dark_is_dark(self):
        self.show("comparison", 1280, False)
        background = "return getComputedStyle(document.body).backgroundColor"
        self.assertEqual(self.js(background), "rgb(255, 255, 255)")
        self.show("comparison", 1280, True)
        self.assertEqual(self.js(background), "rgb(20, 24, 29)")


class layout(PageTest):
    def test_never_scrolls_sideways(self):
        for page, width in itertools.product(EVERY_PAGE, (390, 1280)):
            self.show(page, width)
            self.js("for (const details of document.querySelectorAll('details')) details.open = true;")
            self.assertLessEqual(self.js("return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"), width, page)
            self.js("window.scrollTo(500, 0)")
            self.assertEqual(self.js("return window.scrollX"), 0, page)
            wide = self.js("""return [...document.querySelectorAll("main *")].filter(e => !e.closest(".table") && e.checkVisibility() && e.getBoundingClientRect().right > arguments[0] + 1)
                                     .map(e => e.outerHTML.slice(0, 100));""", width)
            self.assertEqual(wide, [], f"{page} {width}")

    def test_wide_tables_scroll_by_themselves_and_by_keyboard(self):
        self.show("comparison", 390)
        self.assertTrue(self.js("const box = document.querySelector('#comparison .table'); return box.scrollWidth > box.clientWidth && box.tabIndex === 0;"))

    def test_controls_have_names(self):
        for page in EVERY_PAGE:
            self.show(page)
            nameless = self.js("""
                const named = label => [...label.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
                return [...document.querySelectorAll("select, input")].filter(e => !e.labels.length || !named(e.labels[0])).map(e => e.outerHTML);""")
            self.assertEqual(nameless, [], page)

    def test_links_lead_somewhere(self):
        self.show("empty")
        self.assertEqual(self.js("return [...document.querySelectorAll('nav a')].filter(a => !document.querySelector(a.getAttribute('href'))).length"), 0)


class printing(PageTest):
    def test_gives_a_document(self):
        for dark in (False, True):
            self.show("comparison", 1280, dark)
            document = base64.b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
            self.assertEqual(document[:5], b"%PDF-")
            self.assertGreater(len(document), 50_000)  # with its charts

    def test_is_in_light_colours_with_more_rows(self):
        self.show("sweep", 1280, True)
        colour = "return Chart.getChart(document.querySelector('#pareto canvas')).options.color"
        dark = self.js(colour)
        self.js("window.dispatchEvent(new Event('beforeprint'))")
        self.assertNotEqual(self.js(colour), dark)
        self.assertEqual(len(self.column("latency")), 400)
        self.js("window.dispatchEvent(new Event('afterprint'))")
        self.assertEqual(self.js(colour), dark)
        self.assertEqual(len(self.column("latency")), 50)


if __name__ == "__main__":
    claims = sys.argv[1:] or [name for name, value in globals().items() if isinstance(value, type) and issubclass(value, PageTest) and value is not PageTest]
    unittest.main(argv=[sys.argv[0], *claims], verbosity=2)
