
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
const textOf = (column, row) => keyText(column, keysOf(column)[row]);

/// Rows with the same key have the same value: a number, or the code of a text.
const keysOf = column => column.numeric ? column.data().numbers : column.data().codes;
const keyText = (column, key) => column.numeric ? numberText(column, key) : key < 0 ? absentText : column.data().texts[key];

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

// Kept, since making a formatter takes a hundred times as long as using it.
const formats = Array.from({ length: 21 }, (_, digits) => digits).map(digits => new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
const fixed = (value, decimals) => formats[decimals].format(value);
const counted = count => formats[0].format(count);

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

/// Different values of a column among some rows, as keys: numbers in order, texts as they first appear.
/// Beyond `most` the rest is not looked for.
function valuesOf(column, rows, most = Infinity) {
  const keys = keysOf(column), found = new Set();
  for (let i = 0; i < rows.length && found.size <= most; i++) found.add(keys[rows[i]]);
  return column.numeric ? Float64Array.from(found).sort() : [...found];
}

/// The rows of each of a column's values.
function groupsOf(column, rows) {
  const keys = keysOf(column), groups = new Map(Array.from(valuesOf(column, rows), key => [key, { key, rows: [] }]));
  for (const row of rows) groups.get(keys[row]).rows.push(row);
  return [...groups.values()];
}
