
// ---- which points are looked at

const everyRow = Int32Array.from({ length: study.rows }, (_, row) => row);
const mostChoices = 100;   // beyond that a list is no help; such an axis has a range or a search
const filters = new Map(); // control -> the column and the test of a row
const filterListeners = [];
let shownRows = everyRow;

const onFilter = listener => filterListeners.push(listener);

function setFilter(control, column, test) {
  if (test) filters.set(control, { column, test });
  else filters.delete(control);
}

function applyFilters() {
  const tests = [...filters.values()].map(filter => filter.test);
  shownRows = tests.length ? everyRow.filter(row => tests.every(test => test(row))) : everyRow;
  const state = document.querySelector("#filter .state");
  const what = [...new Set([...filters.values()].map(filter => filter.column.title))];
  state.textContent = `${counted(shownRows.length)} of ${counted(study.rows)} points shown` +
    (what.length ? `, filtered by ${what.join(", ")}.` : ".");
  for (const listener of filterListeners) listener();
}

function labelled(text, control) {
  const label = document.createElement("label");
  label.append(text, control);
  return label;
}

function choiceOf(options, chosen) {
  const select = document.createElement("select");
  for (const { value, text } of options) select.add(new Option(text, value, false, value === chosen));
  return select;
}

function axisSelect(column, values) {
  const select = choiceOf([{ value: "", text: "all" }, ...values.map((key, i) => ({ value: String(i), text: keyText(column, key) }))], "");
  select.dataset.column = column.name;
  const change = () => {
    const keys = keysOf(column), wanted = values[select.value];
    setFilter(select, column, select.value === "" ? null : row => Object.is(keys[row], wanted));
  };
  select.addEventListener("change", () => { change(); applyFilters(); });
  // Points of several networks have nothing in common to compare: start with one of them.
  if (column.name === "workload" && values.length > 1) {
    select.value = "0";
    change();
  }
  return labelled(column.name, select);
}

function rangeInputs(columnOf) {
  const [low, high] = ["from", "to"].map(name => Object.assign(document.createElement("input"), { type: "number", step: "any", name }));
  const change = () => {
    const column = columnOf();
    const from = low.value === "" ? -Infinity : Number(low.value), to = high.value === "" ? Infinity : Number(high.value);
    const open = low.value === "" && high.value === "";
    setFilter(low, column, open ? null : row => shownNumber(column, row) >= from && shownNumber(column, row) <= to);
    applyFilters();
  };
  for (const input of [low, high]) input.addEventListener("change", change);
  return { low, high, change };
}

function textSearch(column) {
  const input = Object.assign(document.createElement("input"), { type: "search" });
  input.dataset.column = column.name;
  input.addEventListener("change", () => {
    const { texts, codes } = column.data();
    const wanted = new Set(texts.map((text, code) => text.includes(input.value) ? code : -2));
    setFilter(input, column, input.value === "" ? null : row => wanted.has(codes[row]));
    applyFilters();
  });
  return labelled(`${column.name} contains`, input);
}

function buildFilters() {
  const form = document.querySelector("#filter form");
  form.addEventListener("submit", event => event.preventDefault());
  for (const column of axes.filter(axis => axis.varies)) {
    const values = valuesOf(column, everyRow, mostChoices);
    if (values.length <= mostChoices) form.append(axisSelect(column, Array.from(values)));
    else if (!column.numeric) form.append(textSearch(column));
  }
  const ranged = numericColumns.filter(column => column.varies);
  if (ranged.length === 0) return;
  const select = choiceOf(ranged.map(column => ({ value: String(column.index), text: headingOf(column) })), "");
  select.className = "ranged";
  const { low, high, change } = rangeInputs(() => columns[select.value]);
  select.addEventListener("change", () => { low.value = high.value = ""; change(); });
  form.append(labelled("range of", select), labelled("from", low), labelled("to", high));
}
