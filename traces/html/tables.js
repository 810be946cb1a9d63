
// ---- tables

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

/// Reachable by keyboard, since it may scroll.
function putTable(box, table, name) {
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", name);
  box.replaceChildren(table);
}

function headCell(title, unit, isNumber) {
  const cell = element("th", undefined, isNumber ? "number" : "");
  cell.scope = "col";
  cell.append(element("span", title, "title"));
  if (unit !== undefined) cell.append(element("span", unit, "unit"));
  return cell;
}

function bodyRow(texts, isNumber) {
  const line = document.createElement("tr");
  texts.forEach((text, i) => {
    const cell = element(i === 0 ? "th" : "td", text, isNumber[i] ? "number" : text.length > 40 ? "long" : "");
    if (i === 0) cell.scope = "row";
    line.append(cell);
  });
  return line;
}

/// A small table: `heads` as {title, unit, number}, `rows` as texts. `limit` keeps a chart's numbers from becoming a book.
function showTable(box, caption, heads, rows, limit = 200) {
  const table = document.createElement("table");
  const cut = rows.length > limit ? ` The first ${limit} of ${counted(rows.length)}.` : "";
  table.append(element("caption", caption + cut));
  const head = table.createTHead().insertRow();
  const units = heads.some(({ unit }) => unit); // without any, no line is kept for them
  head.append(...heads.map(({ title, unit = "", number }) => headCell(title, units ? unit : undefined, number)));
  const body = table.createTBody();
  const numbers = heads.map(({ number }) => number);
  body.append(...rows.slice(0, limit).map(row => bodyRow(row, numbers)));
  putTable(box, table, caption);
}

// ---- the comparison: sorted by any column, a page at a time

const pageRows = 50, printedRows = 400;
// An axis on which all points agree stands in the summary.
const comparedAtFirst = () => columns.filter(c => c.present && c.shown && (!c.axis || c.varies || study.rows === 1));
const comparison = { columns: comparedAtFirst(), sorted: null, ascending: true, first: 0, limit: pageRows };

function comparedOrder(rows) {
  const column = comparison.sorted;
  if (!column) return rows;
  const data = column.data(), sign = comparison.ascending ? 1 : -1;
  const absent = column.numeric ? row => Number.isNaN(data.numbers[row]) : row => data.codes[row] < 0;
  const ranks = column.numeric ? null : ranksOf(data.texts);
  const value = column.numeric ? row => data.numbers[row] : row => ranks[data.codes[row]];
  const last = (a, b) => absent(a) - absent(b); // absent values end the table in either direction
  return Int32Array.from(rows).sort((a, b) => last(a, b) || (absent(a) ? 0 : sign * (value(a) - value(b))) || a - b);
}

function ranksOf(texts) {
  const order = texts.map((_, i) => i).sort((a, b) => texts[a].localeCompare(texts[b], "en", { numeric: true }));
  const ranks = new Int32Array(texts.length);
  order.forEach((text, rank) => { ranks[text] = rank; });
  return ranks;
}

function sortBy(column) {
  comparison.ascending = comparison.sorted === column ? !comparison.ascending : true;
  comparison.sorted = column;
  comparison.first = 0;
  drawComparison();
  document.querySelector(`#comparison th[aria-sort$=ending] button`).focus();
}

function sortableHead(column) {
  if (comparison.limit === printedRows) return headCell(column.title, column.unit, column.numeric); // buttons are lost where paper repeats a heading
  const cell = headCell("", column.unit, column.numeric);
  const button = element("button", column.title);
  button.type = "button";
  button.addEventListener("click", () => sortBy(column));
  cell.firstChild.append(button);
  const sorted = comparison.sorted === column;
  cell.setAttribute("aria-sort", !sorted ? "none" : comparison.ascending ? "ascending" : "descending");
  return cell;
}

function drawComparison() {
  const { columns: chosen, first, limit } = comparison;
  const rows = comparedOrder(shownRows).slice(first, first + limit);
  const table = document.createElement("table");
  const ratios = study.baseline ? ` Ratios refer to ${study.baseline}.` : "";
  table.append(element("caption", `Points side by side.${ratios}`));
  table.createTHead().insertRow().append(...chosen.map(sortableHead));
  const numbers = chosen.map(column => column.numeric);
  table.createTBody().append(...Array.from(rows, row => bodyRow(chosen.map(column => textOf(column, row)), numbers)));
  putTable(document.querySelector("#comparison .table"), table, "Comparison of the points");
  drawPager();
}

function drawPager() {
  const { first, limit } = comparison, all = shownRows.length;
  const pager = document.querySelector("#comparison .pager");
  const step = (text, to, possible) => {
    const button = element("button", text);
    button.disabled = !possible;
    button.addEventListener("click", () => { comparison.first = to; drawComparison(); });
    return button;
  };
  const count = `Rows ${counted(first + 1)} to ${counted(Math.min(first + limit, all))} of ${counted(all)} `;
  if (all <= limit) pager.replaceChildren();
  else pager.replaceChildren(count, step("Previous", first - limit, first > 0), " ", step("Next", first + limit, first + limit < all));
}

function columnChooser() {
  const box = document.querySelector("#comparison .chooser .controls");
  for (const column of columns.filter(c => c.present)) {
    const tick = Object.assign(document.createElement("input"), { type: "checkbox", checked: comparison.columns.includes(column) });
    tick.addEventListener("change", () => {
      const wanted = new Set(comparison.columns);
      if (tick.checked) wanted.add(column);
      else wanted.delete(column);
      comparison.columns = columns.filter(c => wanted.has(c));
      drawComparison();
    });
    const label = labelled("", tick);
    label.className = "tick";
    label.append(column.title);
    box.append(label);
  }
}

function buildComparison() {
  const left = columns.filter(column => !column.present).length;
  const about = "A heading sorts by its column. " + absentText + " means: no value.";
  document.querySelector("#comparison .about").textContent = about + (left ? ` ${left} columns without any value are left out.` : "");
  columnChooser();
  onFilter(() => { comparison.first = 0; drawComparison(); });
  window.addEventListener("beforeprint", () => { Object.assign(comparison, { first: 0, limit: printedRows }); drawComparison(); });
  window.addEventListener("afterprint", () => { comparison.limit = pageRows; drawComparison(); });
}
