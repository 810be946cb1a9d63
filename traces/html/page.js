
// ---- the page, the fronts first: with many points they take the longest, and they are what a reader waits for

function defaultFront() {
  const known = [columnNamed("latency_s"), columnNamed("energy_j")];
  const [first, second] = known.every(Boolean) ? known : numericColumns.filter(column => !column.axis);
  return [first, second];
}

function buildPage() {
  Chart.defaults.font.family = "system-ui, 'DejaVu Sans', sans-serif";
  buildFilters();
  buildFront("pareto", ...defaultFront(), "A front needs two columns of numbers, and this study has fewer.");
  onFilter(() => performance.mark("pareto drawn"));
  buildFront("accuracy", columnNamed("power_w"), numericColumns.find(column => /^(accuracy|top\d)/.test(column.name)),
             "No point has an accuracy and a power, so there is nothing to draw here.");
  buildSummary();
  buildComparison();
  buildUnits();
  buildWidth();
  buildDetail("layers", drawLayers);
  buildDetail("roofline", drawRoofline);
  buildProvenance();
  applyFilters();
  followTheme();
  document.documentElement.dataset.drawn = "all";
}

buildPage();
