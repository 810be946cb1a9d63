
// ---- points against two columns, with the front of those that no other point beats in both

const colourGroups = 8;

/// Groups of a colour column: its values, or ranges of its values where there are many.
function colourGroupsOf(column, rows) {
  if (!column) return [{ text: "points", rows: Array.from(rows) }];
  const groups = groupsOf(column, rows), textIn = ({ key }) => (column.numeric ? column.title + " " : "") + keyText(column, key);
  if (groups.length <= colourGroups) return groups.map(group => ({ ...group, text: textIn(group) }));
  if (column.numeric) return rangesOf(column, groups);
  const bySize = groups.sort((a, b) => b.rows.length - a.rows.length);
  const rest = bySize.slice(colourGroups - 1);
  return [...bySize.slice(0, colourGroups - 1).map(group => ({ ...group, text: textIn(group) })), { text: `${rest.length} others`, rows: rest.flatMap(group => group.rows) }];
}

/// About as many points in each range.
function rangesOf(column, groups) {
  const total = groups.reduce((sum, group) => sum + group.rows.length, 0);
  const ranges = [];
  let taken = 0;
  for (const group of groups) {
    const index = Math.min(colourGroups - 3, Math.floor(taken * (colourGroups - 2) / total));
    const range = ranges[index] ??= { first: group.key, rows: [] };
    range.last = group.key;
    for (const row of group.rows) range.rows.push(row);
    taken += group.rows.length;
  }
  const between = (first, last) => keyText(column, first) + (first === last ? "" : ` to ${keyText(column, last)}`);
  return ranges.filter(Boolean).map(({ first, last, rows }) => ({ text: `${column.title} ${between(first, last)}`, rows }));
}

/// Rows that no other row beats in one column without losing in the other, best x first.
function frontOf(rows, x, y, xLarger, yLarger) {
  const xs = x.data().numbers, ys = y.data().numbers;
  const xSign = xLarger ? -1 : 1, ySign = yLarger ? -1 : 1;
  const order = Int32Array.from(rows).sort((a, b) => xSign * (xs[a] - xs[b]) || ySign * (ys[a] - ys[b]) || a - b);
  const front = [];
  let best = Infinity;
  for (const row of order) {
    if (ySign * ys[row] >= best) continue;
    best = ySign * ys[row];
    front.push(row);
  }
  return front;
}

const hasBoth = (x, y) => row => Number.isFinite(x.data().numbers[row]) && Number.isFinite(y.data().numbers[row]);

function hoverOf(...shown) {
  const wanted = [...new Set([...shown, ...["latency_s", "energy_j", "power_w", "area_um2"].map(columnNamed).filter(Boolean)])];
  return {
    title: row => labelParts(row).join(", "),
    lines: row => wanted.map(column => `${column.title}: ${textOf(column, row)} ${column.unit}`),
  };
}

function drawFront(place, state) {
  const { x, y, colourBy, xGoal, yGoal, xLog, yLog } = state;
  const rows = shownRows.filter(hasBoth(x, y));
  if (rows.length === 0) return "No point shown has both values.";
  const front = frontOf(rows, x, y, xGoal === "largest", yGoal === "largest");
  const xs = x.data().numbers, ys = y.data().numbers;
  const atX = row => xs[row] * x.factor, atY = row => ys[row] * y.factor;
  const line = lineDataset("Pareto front", front.map(row => ({ x: atX(row), y: atY(row) })), {
    stepped: "before", rows: front, pointStyle: "circle", pointRadius: 8, pointHoverRadius: 8, pointBackgroundColor: "transparent" });
  // A logarithmic axis has no place for 0 or less.
  const type = (log, value) => log && rows.every(row => value(row) > 0) ? "logarithmic" : "linear";
  const words = `${counted(rows.length)} points: ${y.title} against ${x.title}` +
    `${colourBy ? `, coloured by ${colourBy.title}` : ""}; ${front.length} of them on the front of ${xGoal} ${x.title} and ${yGoal} ${y.title}.`;
  scatter(place, words, { groups: colourGroupsOf(colourBy, rows), x: atX, y: atY, xTitle: headingOf(x), yTitle: headingOf(y),
                          xType: type(xLog, atX), yType: type(yLog, atY), hover: hoverOf(x, y), lines: [line] });
  const heads = [...axes.filter(axis => axis.varies), x, y];
  showTable(place.querySelector(".table"), `Points on the front of ${xGoal} ${x.title} and ${yGoal} ${y.title}`,
            heads.map(({ title, unit, numeric }) => ({ title, unit, number: numeric })),
            front.map(row => heads.map(column => textOf(column, row))));
  return null;
}

const goalOf = column => column.larger_is_better ? "largest" : "smallest";

/// What the reader can choose, as selects of the section's form; `draw` runs after every choice.
function frontControls(form, state, draw) {
  const numbered = numericColumns.map(column => ({ value: String(column.index), text: headingOf(column) }));
  const colours = columns.filter(column => column.present && column.varies && (column.axis || !column.numeric || column.few_values));
  const select = (label, name, options, value, choose) => {
    const control = choiceOf(options, value);
    control.name = name;
    control.addEventListener("change", () => { choose(control.value); draw(); });
    form.append(labelled(label, control));
    return control;
  };
  const goals = ["smallest", "largest"].map(value => ({ value, text: value }));
  for (const axis of ["x", "y"]) {
    const goal = `${axis}Goal`, log = `${axis}Log`;
    let goalControl = null;
    select(axis, axis, numbered, String(state[axis].index), value => {
      state[axis] = columns[value];
      goalControl.value = state[goal] = goalOf(state[axis]);
    });
    goalControl = select(`best ${axis}`, goal, goals, state[goal], value => { state[goal] = value; });
    select(`${axis} axis`, log, [{ value: "", text: "linear" }, { value: "log", text: "logarithmic" }], "", value => { state[log] = value !== ""; });
  }
  select("colour", "colour", [{ value: "", text: "none" }, ...colours.map(column => ({ value: String(column.index), text: column.title }))],
         state.colourBy ? String(state.colourBy.index) : "", value => { state.colourBy = value === "" ? null : columns[value]; });
  form.addEventListener("submit", event => event.preventDefault());
}

const defaultColour = () => ["platform", "scheme"].map(columnNamed).find(column => column?.varies) ?? axes.find(column => column.varies) ?? null;

/// A section with controls and a front; a sentence where x or y is missing.
function buildFront(id, x, y, missing) {
  const place = document.getElementById(id);
  if (!x || !y) {
    sayInstead(place, missing);
    return () => {};
  }
  const state = { x, y, colourBy: defaultColour(), xGoal: goalOf(x), yGoal: goalOf(y), xLog: false, yLog: false };
  const draw = drawAgain(() => {
    const figure = place.querySelector("figure"), about = place.querySelector(".about");
    figure.hidden = false;
    about.textContent = drawFront(place, state) ?? "";
    figure.hidden = about.textContent !== "";
  });
  frontControls(place.querySelector("form"), state, draw);
  onFilter(draw);
  return draw;
}
