
// ---- the sections besides comparison and fronts

function buildSummary() {
  const place = document.getElementById("summary");
  const objectives = ["latency_s", "energy_j", "power_w", "area_um2"].map(columnNamed).filter(Boolean)
    .concat(numericColumns.filter(column => /^(accuracy|top\d)/.test(column.name)));
  onFilter(() => drawSummary(place, objectives));
}

function drawSummary(place, objectives) {
  const exact = columnNamed("exact");
  const verdicts = exact ? groupsOf(exact, shownRows).map(({ key, rows }) => `${counted(rows.length)} ${keyText(exact, key)}`).join(", ") : "";
  place.querySelector(".lead").textContent =
    `${counted(study.rows)} points, ${counted(shownRows.length)} shown` + (verdicts ? ` (against the reference: ${verdicts}).` : ".");
  const best = objectives.map(column => ({ column, row: bestRow(column) })).filter(({ row }) => row >= 0);
  if (best.length === 0) place.querySelector(".best").replaceChildren(element("p", "No point shown has a latency, an energy, a power or an area."));
  else showTable(place.querySelector(".best"), "Best points by each objective", [{ title: "objective" }, { title: "value", number: true }, { title: "point" }],
    best.map(({ column, row }) => [`${goalOf(column)} ${column.title}`, `${textOf(column, row)} ${column.unit}`, labelParts(row).join(", ")]));
  showTable(place.querySelector(".axes"), "Axes", [{ title: "axis" }, { title: "values", number: true }, { title: "which" }], axes.map(column => {
    const values = valuesOf(column, shownRows), more = values.length > 8 ? ", …" : "";
    return [column.name, counted(values.length), Array.from(values.slice(0, 8), key => keyText(column, key)).join(", ") + more];
  }));
}

function bestRow(column) {
  const { numbers } = column.data(), sign = column.larger_is_better ? -1 : 1;
  let best = -1;
  for (const row of shownRows)
    if (Number.isFinite(numbers[row]) && (best < 0 || sign * numbers[row] < sign * numbers[best])) best = row;
  return best;
}

// ---- energy and area by unit

function buildUnits() {
  const section = document.getElementById("units");
  section.querySelector(".about").textContent = "The points that the filter leaves, in the order in which they were recorded.";
  for (const [what, suffix, total] of [["energy", "_energy_j", "energy_j"], ["area", "_area_um2", "area_um2"]]) {
    const place = section.querySelector(`[data-what=${what}]`);
    const parts = numericColumns.filter(column => column.name.endsWith(suffix) && column.name !== total);
    const draw = drawAgain(() => drawUnits(place, what, columnNamed(total), parts));
    onFilter(draw);
  }
}

const unitName = column => column.title.replace(/ (energy|area)$/, "");

function drawUnits(place, what, total, parts) {
  const rows = shownRows.filter(row => parts.some(column => column.data().numbers[row] > 0));
  if (!total || rows.length === 0) return sayInstead(place, `No point shown has ${what} by unit.`);
  showAgain(place);
  const drawn = rows.slice(0, barRows);
  place.querySelector(".about").textContent = rows.length > drawn.length ? `The first ${drawn.length} of ${counted(rows.length)} points; the filter chooses others.` : "";
  const value = (column, row) => (column.data().numbers[row] || 0) * total.factor;
  const sum = column => drawn.reduce((all, row) => all + value(column, row), 0);
  const bySize = parts.filter(column => sum(column) > 0).sort((a, b) => sum(b) - sum(a));
  const most = themes.light.series.length - 1;
  const few = bySize.length > most + 1 ? bySize.slice(0, most) : bySize, rest = bySize.slice(few.length);
  const series = few.map(column => ({ name: unitName(column), values: Array.from(drawn, row => value(column, row)) }));
  if (rest.length) series.push({ name: `${rest.length} smaller units`, values: Array.from(drawn, row => rest.reduce((all, column) => all + value(column, row), 0)) });
  const words = `${capital(total.title)} of ${drawn.length} points by unit, in ${total.unit}.`;
  stackedBars(place, words, headingOf(total), Array.from(drawn, labelParts), series);
  const heads = [...axes.filter(axis => axis.varies), ...bySize, total];
  showTable(place.querySelector(".table"), `${what === "energy" ? "Energy" : "Area"} by unit`,
            heads.map(column => ({ title: column.axis ? column.title : unitName(column), unit: column.unit, number: column.numeric })),
            Array.from(drawn, row => heads.map(column => textOf(column, row))));
}

// ---- area and power against a width

function buildWidth() {
  const place = document.getElementById("width");
  const choices = numericColumns.filter(column => column.varies && (column.axis || ["array_weight_bits", "array_activation_bits", "multipliers", "dram_bytes_per_cycle", "clock_hz"].includes(column.name)));
  const series = axes.filter(column => column.varies && !column.numeric);
  if (choices.length === 0) return sayInstead(place, "All points have the same widths and no numeric axis varies, so there is nothing to draw area and power against.");
  const state = { x: choices.find(column => column.name === "array_weight_bits") ?? choices[0], by: series.find(column => column.name === "platform") ?? series[0] ?? null };
  const draw = drawAgain(() => drawWidth(place, state));
  const form = place.querySelector("form");
  const xs = choiceOf(choices.map(column => ({ value: String(column.index), text: headingOf(column) })), String(state.x.index));
  xs.addEventListener("change", () => { state.x = columns[xs.value]; draw(); });
  const lines = choiceOf([{ value: "", text: "none" }, ...series.map(column => ({ value: String(column.index), text: column.title }))], state.by ? String(state.by.index) : "");
  lines.addEventListener("change", () => { state.by = lines.value === "" ? null : columns[lines.value]; draw(); });
  form.append(labelled("x", xs), labelled("lines", lines));
  onFilter(draw);
}

function medianOf(values) {
  const sorted = values.slice().sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/// For each value of x the median, least and largest y of a group's rows.
function spreadsOf(x, y, rows) {
  return groupsOf(x, rows.filter(hasBoth(x, y))).map(({ key, rows: same }) => {
    const values = same.map(row => shownNumber(y, row));
    return { x: key * x.factor, y: medianOf(values), least: values.reduce((a, b) => Math.min(a, b)), largest: values.reduce((a, b) => Math.max(a, b)), count: values.length };
  });
}

function drawWidth(place, { x, by }) {
  const table = [];
  let most = 1;
  for (const name of ["area_um2", "power_w"]) {
    const chart = place.querySelector(`[data-what=${name}]`), y = columnNamed(name);
    const groups = y ? colourGroupsOf(by, shownRows).map(({ text, rows }) => ({ text, points: spreadsOf(x, y, rows) })).filter(({ points }) => points.length) : [];
    if (groups.length === 0) { sayInstead(chart, `No point shown has ${name === "power_w" ? "a power" : "an area"}.`); continue; }
    showAgain(chart);
    drawSpreads(chart, x, y, groups);
    for (const { text, points } of groups)
      for (const point of points) {
        most = Math.max(most, point.count);
        table.push([headingOf(y), text, fixed(point.x, x.decimals), String(point.count), ...[point.y, point.least, point.largest].map(value => fixed(value, y.decimals))]);
      }
  }
  place.querySelector(":scope > .about").textContent = most > 1 ? `Where several points share an x, the line goes through their median; up to ${counted(most)} do.` : "";
  showTable(place.querySelector(".table"), `Area and power against ${headingOf(x)}`,
            ["value", "line", headingOf(x), "points", "median", "least", "largest"].map((title, i) => ({ title, number: i > 1 })), table);
}

function drawSpreads(place, x, y, groups) {
  const datasets = groups.map(({ text, points }, i) => lineDataset(text, points, {
    borderColor: colour(i), backgroundColor: colour(i), pointRadius: 5, pointStyle: shapes[i % 4], hitRadius: 4, borderDash: i % 2 ? [6, 3] : [] }));
  const label = ({ dataset, raw }) => `${dataset.label}: ${fixed(raw.y, y.decimals)} ${y.unit}` +
    (raw.count > 1 ? ` (median of ${raw.count}; ${fixed(raw.least, y.decimals)} to ${fixed(raw.largest, y.decimals)})` : "");
  const whole = groups.every(({ points }) => points.every(point => Number.isInteger(point.x)));
  const options = {
    parsing: false,
    scales: { x: axisOptions(headingOf(x), "linear", { ticks: whole ? { precision: 0 } : {}, scale: { offset: true } }), y: axisOptions(headingOf(y)) },
    interaction: { mode: "nearest", intersect: true },
    plugins: { legend: legendOf(groups.length > 1), tooltip: { callbacks: { title: items => `${headingOf(x)}: ${brief(items[0].raw.x)}`, label } } },
  };
  drawChart(place, `${capital(y.title)} against ${x.title}, ${groups.length} ${groups.length === 1 ? "line" : "lines"}.`, { type: "line", data: { datasets }, options });
}

// ---- one run, layer by layer

const detailName = detail => labelParts(detail.row).join(", ");

/// A section about one run: a choice of runs where there are several, or a sentence where there is none.
function buildDetail(id, draw) {
  const place = document.getElementById(id);
  if (study.details.length === 0) return sayInstead(place, "The study has no run in detail, so nothing is known of its layers.");
  let chosen = study.details[0];
  const again = drawAgain(() => draw(place, chosen));
  if (study.details.length > 1) {
    const select = choiceOf(study.details.map((detail, i) => ({ value: String(i), text: detailName(detail) })), "0");
    select.addEventListener("change", () => { chosen = study.details[select.value]; again(); });
    place.querySelector("form").append(labelled("run", select));
  }
  if (study.details.length < study.rows)
    place.querySelector(".about").textContent = `In detail: ${study.details.length} of ${counted(study.rows)} points, from the front over all that the sweep minimizes.`;
  again();
}

function timeUnit(largest) {
  const [factor, unit] = [[1, "s"], [1e3, "ms"], [1e6, "µs"], [1e9, "ns"]].find(([f]) => largest * f >= 1) ?? [1e9, "ns"];
  return { factor, unit };
}

function drawLayers(place, detail) {
  if (!(detail.clock_hz > 0) || detail.layer.length === 0) return sayInstead(place, "This run has no layers or no clock.");
  const { factor, unit } = timeUnit(Math.max(...detail.cycles) / detail.clock_hz);
  const parts = detail.split.filter(({ slots }) => slots.some(count => count > 0));
  const series = parts.map(({ name, slots }) => ({ name: name.replaceAll("_", " "), values: slots.map(count => count / detail.clock_hz * factor) }));
  const words = `Time of the ${detail.layer.length} layers of ${detailName(detail)} in ${unit}, split by what the issue slots went to.`;
  stackedBars(place, words, `time (${unit})`, detail.layer.map(name => [name]), series);
  showTable(place.querySelector(".table"), `Cycles by layer: ${detailName(detail)}`,
            [{ title: "layer" }, { title: "scheme" }, ...["MACs", "all", ...parts.map(({ name }) => name.replaceAll("_", " "))].map((title, i) => ({ title, unit: i ? "cycles" : "", number: true }))],
            detail.layer.map((name, i) => [name, detail.scheme[i], ...[detail.macs[i], detail.cycles[i], ...parts.map(({ slots }) => slots[i])].map(count => counted(count))]));
}

function drawRoofline(place, detail) {
  const points = detail.layer.map((name, i) => ({ name, i, x: detail.macs[i] / detail.dram_bytes[i], y: detail.macs[i] / detail.cycles[i] }));
  const shown = points.filter(({ x, y }) => x > 0 && Number.isFinite(x) && y > 0);
  const { multipliers: top, dram_bytes_per_cycle: slope } = detail;
  if (shown.length === 0 || !(top > 0) || !(slope > 0)) return sayInstead(place, "No layer of this run has both MACs and DRAM bytes, or its roof is not known.");
  const ridge = top / slope;
  const left = Math.min(ridge, ...shown.map(({ x }) => x)) / 1.6, right = Math.max(ridge, ...shown.map(({ x }) => x)) * 1.6;
  const roof = lineDataset(`roof: ${brief(top)} multipliers, ${brief(slope)} B per cycle`, [left, ridge, right].map(x => ({ x, y: Math.min(top, x * slope) })));
  const inGroup = (text, test) => ({ text, rows: shown.filter(test) });
  const groups = [inGroup("under the multipliers' roof", ({ x }) => x >= ridge), inGroup("under the memory's roof", ({ x }) => x < ridge)];
  const hover = { title: ({ name }) => name, lines: ({ i, x, y }) => [`scheme: ${detail.scheme[i]}`, `${brief(x)} MACs per DRAM byte`, `${brief(y)} MACs per cycle`, `${fixed(100 * y / Math.min(top, x * slope), 1)} % of the roof`] };
  const lost = points.length - shown.length;
  const words = `${shown.length} layers of ${detailName(detail)} below min(multipliers, MACs per DRAM byte × bytes per cycle); the roofs meet at ${brief(ridge)} MACs per byte.` +
    (lost ? ` ${lost} layers without DRAM bytes are not drawn.` : "");
  scatter(place, words, { groups: groups.filter(({ rows }) => rows.length), x: point => point.x, y: point => point.y, hover, lines: [roof],
                          xTitle: "MACs per DRAM byte", yTitle: "MACs per cycle", xType: "logarithmic", yType: "logarithmic" });
  showTable(place.querySelector(".table"), `Roofline: ${detailName(detail)}`,
            [{ title: "layer" }, ...["MACs per DRAM byte", "MACs per cycle", "of the roof (%)"].map(title => ({ title, number: true }))],
            shown.map(({ name, x, y }) => [name, brief(x), brief(y), fixed(100 * y / Math.min(top, x * slope), 1)]));
}

// ---- provenance

function buildProvenance() {
  const place = document.getElementById("provenance");
  if (study.provenance.length) showTable(place.querySelector(".table"), "Provenance", [{ title: "what" }, { title: "value" }], study.provenance);
  else place.querySelector(".table").replaceChildren(element("p", "Nothing is recorded of where these points come from."));
  const notes = study.notes.length ? study.notes : ["None are recorded."];
  place.querySelector(".notes").append(...notes.map(note => element("li", note)));
}
