
// ---- charts: Chart.js with the page's fonts, colours and words

const barRows = 30; // more bars than that can't be read

/// Draws into the canvas of `place`, with a text that stands for it. `height` in pixels where the content asks for one.
function drawChart(place, words, config, height) {
  const canvas = place.querySelector("canvas");
  Chart.getChart(canvas)?.destroy();
  if (height) canvas.parentNode.style.height = `${height}px`;
  canvas.setAttribute("aria-label", words);
  place.querySelector("figcaption").textContent = words;
  const { text } = theme();
  const options = {
    animation: false, responsive: true, maintainAspectRatio: false, devicePixelRatio: Math.max(window.devicePixelRatio, printing ? 2 : 1),
    color: text, font: { family: "system-ui, 'DejaVu Sans', sans-serif" }, ...config.options,
  };
  return new Chart(canvas, { ...config, options });
}

/// One sentence in place of a chart that has nothing to show.
function sayInstead(place, sentence) {
  for (const part of place.querySelectorAll("figure, details, form")) part.hidden = true;
  const about = place.querySelector(".about") ?? place.insertBefore(element("p", "", "about"), place.firstChild);
  about.textContent = sentence;
}

function showAgain(place) {
  for (const part of place.querySelectorAll("figure, details, form")) part.hidden = false;
}

function axisOptions(title, type = "linear", extra = {}) {
  const { text, quiet, grid } = theme();
  const ticks = { color: quiet, maxRotation: 0 };
  // Of a logarithmic axis' many ticks only 1, 2 and 5 have room for their number.
  if (type === "logarithmic") ticks.callback = value => /^[125]/.test(value.toExponential()) ? brief(value) : "";
  if (type === "linear") ticks.callback = brief;
  return { type, title: { display: true, text: title, color: text }, ticks: { ...ticks, ...extra.ticks }, grid: { color: grid }, ...extra.scale };
}

const legendOf = display => ({ display, position: "top", align: "start", labels: { color: theme().text, usePointStyle: true, boxWidth: 8, boxHeight: 8, padding: 12 } });

const longest = (text, most) => text.length > most ? text.slice(0, most - 1) + "…" : text;

/// Horizontal bars: `bars` are label lines, `series` are {name, values} in the unit of `title`.
function stackedBars(place, words, title, bars, series) {
  const narrow = place.clientWidth < 600;
  // Many bars are kept low: their names on one line each, where there is room.
  const labels = bars.length > 12 && !narrow ? bars.map(bar => [longest(bar.join(", "), 44)]) : bars.map(bar => bar.map(line => longest(line, narrow ? 16 : 34)));
  const lines = Math.max(1, ...labels.map(label => label.length));
  const rowHeight = lines === 1 && bars.length > 12 ? 19 : 14 + 14 * lines;
  const datasets = series.map(({ name, values }, i) => ({
    label: name, data: values, backgroundColor: colour(i), borderColor: theme().background, borderWidth: { right: 1 }, pointStyle: "rect",
  }));
  const share = item => {
    const total = series.reduce((sum, { values }) => sum + (values[item.dataIndex] || 0), 0);
    return `${item.dataset.label}: ${brief(item.raw)} (${fixed(100 * item.raw / total, 1)} %)`;
  };
  const options = {
    indexAxis: "y",
    scales: { x: { ...axisOptions(title), stacked: true },
              y: { ...axisOptions("", "category", { ticks: { autoSkip: false, font: { size: 11 }, color: theme().text } }), stacked: true, title: { display: false }, grid: { display: false } } },
    interaction: { mode: "index", axis: "y", intersect: false },
    plugins: { legend: legendOf(true), tooltip: { filter: item => item.raw > 0, callbacks: { title: items => bars[items[0]?.dataIndex]?.join(", "), label: share } } },
  };
  const legendLines = Math.ceil(series.length * (narrow ? 150 : 130) / Math.max(place.clientWidth, 300));
  drawChart(place, words, { type: "bar", data: { labels, datasets }, options }, 70 + 24 * legendLines + rowHeight * bars.length);
}

/// Points in groups: `groups` are {text, rows}; x and y are functions of a row; `lines` are further datasets.
function scatter(place, words, { groups, x, y, xTitle, yTitle, xType, yType, hover, lines = [] }) {
  const count = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const radius = count > 20000 ? 1.5 : count > 2000 ? 2.5 : 5;
  const datasets = groups.map(({ text, rows }, i) => ({
    label: text, rows, data: rows.map(row => ({ x: x(row), y: y(row) })), backgroundColor: colour(i), borderColor: colour(i),
    // A filled outline costs twice the time of 100,000 points and shows nothing at that size.
    borderWidth: count > 2000 ? 0 : 1, pointStyle: count > 2000 ? "rect" : shapes[i % 4], radius, hoverRadius: radius + 2, hitRadius: 2,
  }));
  const options = {
    parsing: false, normalized: true,
    scales: { x: axisOptions(xTitle, xType, { scale: { grace: "4%" } }), y: axisOptions(yTitle, yType, { scale: { grace: "4%" } }) }, // no point on the edge
    interaction: { mode: "nearest", intersect: true },
    plugins: {
      legend: legendOf(datasets.length + lines.length > 1),
      tooltip: { filter: item => item.dataset.rows !== undefined,
                 callbacks: { title: items => items.length ? hover.title(items[0].dataset.rows[items[0].dataIndex]) : "",
                              label: item => hover.lines(item.dataset.rows[item.dataIndex]) } },
    },
  };
  drawChart(place, words, { type: "scatter", data: { datasets: [...lines, ...datasets] }, options });
}

function lineDataset(label, data, extra = {}) {
  const { text } = theme();
  return { type: "line", label, data, borderColor: text, backgroundColor: text, borderWidth: 1.5, pointRadius: 0, pointStyle: "line", hitRadius: 0, fill: false, ...extra };
}
