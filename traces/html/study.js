
// ---- the study that the page was built from

const study = JSON.parse(document.getElementById("study").textContent);
const absentText = "–";

/// Values are read when first drawn: a study has many columns of which a reader looks at few.
/// A number column gives `numbers`, NaN where absent; a text column gives `texts` and `codes`, -1 where absent.
function readColumn(column, index) {
  column.index = index;
  const load = () => {
    const block = document.getElementById("column-" + index);
    return block ? JSON.parse(block.textContent) : { values: [], codes: new Array(study.rows).fill(-1) };
  };
  let loaded = null;
  column.data = () => loaded ??= column.numeric ? { numbers: numbersOf(load()) } : textsOf(load());
  return column;
}

function numbersOf(stored) {
  const number = value => value === null ? NaN : value === "inf" ? Infinity : value === "-inf" ? -Infinity : value;
  if (Array.isArray(stored)) return Float64Array.from(stored, number);
  const values = stored.values.map(number);
  return Float64Array.from(stored.codes, code => code < 0 ? NaN : values[code]);
}

function textsOf(stored) {
  return { texts: stored.values, codes: Int32Array.from(stored.codes) };
}

const columns = study.columns.map(readColumn);
const axes = columns.filter(column => column.axis && column.present);
const numericColumns = columns.filter(column => column.numeric);
const columnNamed = name => columns.find(column => column.name === name && column.present);

/// The value as the page shows it.
function textOf(column, row) {
  if (column.numeric) return numberText(column, column.data().numbers[row]);
  const { texts, codes } = column.data();
  return codes[row] < 0 ? absentText : texts[codes[row]];
}

/// The number in the column's unit as shown.
const shownNumber = (column, row) => column.data().numbers[row] * column.factor;

/// A value too small for its column must not be read as 0.
function numberText(column, value) {
  if (Number.isNaN(value)) return absentText;
  const shown = value * column.factor;
  const text = fixed(shown, column.decimals);
  if (shown !== 0 && !/[1-9∞]/.test(text)) return (shown < 0 ? ">-" : "<") + fixed(10 ** -column.decimals, column.decimals);
  return text;
}

function fixed(value, decimals) {
  return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/// For chart axes and computed values: five digits, large ones shortened.
const briefFormat = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 5, notation: "compact" });
const brief = value => Number.isFinite(value) ? Math.abs(value) < 0.001 && value !== 0 ? value.toExponential(2) : briefFormat.format(value) : absentText;

const headingOf = column => column.unit && column.unit !== column.title ? `${column.title} (${column.unit})` : column.title;

const capital = text => text.charAt(0).toUpperCase() + text.slice(1);

/// What tells a point from the others: the axes that vary.
function labelParts(row) {
  const varying = axes.filter(column => column.varies);
  const named = varying.length ? varying : axes.filter(column => column.name === "platform");
  return named.length ? named.map(column => column.numeric ? `${column.name} ${textOf(column, row)}` : textOf(column, row)) : [`point ${row + 1}`];
}

/// Different values of a column among some rows, in order, each with its text and the rows that have it.
function groupsOf(column, rows) {
  const groups = new Map();
  const data = column.data();
  for (const row of rows) {
    const key = column.numeric ? data.numbers[row] : data.codes[row];
    const group = groups.get(key);
    if (group) group.rows.push(row);
    else groups.set(key, { key, text: textOf(column, row), rows: [row] });
  }
  const all = [...groups.values()];
  return column.numeric ? all.sort((a, b) => a.key - b.key) : all;
}
