
// ---- colours of the charts

// Hues that stay apart for colour-blind readers, each at least 3:1 against its background. Shapes repeat the distinction.
const themes = {
  light: { text: "#1b1f24", quiet: "#57606a", grid: "#dfe3e8", background: "#ffffff",
           series: ["#0072b2", "#c8540a", "#117733", "#aa4499", "#8f6b00", "#332288", "#008c8c", "#882255", "#d0507a", "#6b6b6b"] },
  dark: { text: "#e6e9ed", quiet: "#a5afba", grid: "#2c343c", background: "#14181d",
          series: ["#56b4e9", "#ee8866", "#44bb99", "#f0a6ca", "#eedd88", "#b4a7f5", "#66d9d9", "#d98cb3", "#c9d36a", "#b5b5b5"] },
};
const shapes = ["circle", "triangle", "rect", "rectRot", "crossRot", "star", "rectRounded", "cross", "dash", "line"];

const darkScreen = window.matchMedia("(prefers-color-scheme: dark)");
let printing = false;
const theme = () => themes[darkScreen.matches && !printing ? "dark" : "light"];
const colour = index => theme().series[index % theme().series.length];

const drawings = []; // every chart of the page, to be drawn again when the colours change
function drawAgain(draw) {
  drawings.push(draw);
  return draw;
}

function followTheme() {
  const all = () => drawings.forEach(draw => draw());
  darkScreen.addEventListener("change", all);
  window.addEventListener("beforeprint", () => { printing = true; all(); });
  window.addEventListener("afterprint", () => { printing = false; all(); });
}
