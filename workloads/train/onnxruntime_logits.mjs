// Logits by ONNX Runtime for images that reference_images.py wrote. See README.md.
//   node onnxruntime_logits.mjs MODEL.onnx IMAGES.json OUTPUT.json [--without-pixels]
// onnxruntime-node is looked for from the working directory: run it where npm installed the package.
import { createRequire } from "node:module";
import { basename } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";

const packages = createRequire(process.cwd() + "/");
const runtime = packages("onnxruntime-node");
const { version } = packages("onnxruntime-node/package.json");

const [model, imagesFile, output, option] = process.argv.slice(2);
const images = JSON.parse(readFileSync(imagesFile, "utf8"));
const { divisor, mean, std } = images.normalization;
const plane = images.shape[1] * images.shape[2];

// (pixel / divisor - mean) / std, rounded to float32 after every operation as PyTorch does.
const round = Math.fround;
function normalized(pixels) {
  const at = (list, i) => round(list[Math.floor(i / plane)]);
  return Float32Array.from(pixels, (p, i) => round(round(round(p / divisor) - at(mean, i)) / at(std, i)));
}

// One thread and no fusing: operators run as the file states them.
const session = await runtime.InferenceSession.create(model, {
  graphOptimizationLevel: "disabled", intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
const logits = [];
for (const pixels of images.pixels) {
  const image = new runtime.Tensor("float32", normalized(pixels), [1, ...images.shape]);
  const results = await session.run({ [session.inputNames[0]]: image });
  logits.push(Array.from(results[session.outputNames[0]].data));
}

const row = (values, print) => "[" + values.map(print).join(", ") + "]";
const rows = (lists, print) => "[\n" + lists.map((values) => "    " + row(values, print)).join(",\n") + "\n  ]";
const keep = option !== "--without-pixels";
writeFileSync(output, `{
  "model": ${JSON.stringify(basename(model))},
  "made_by": ${JSON.stringify(`onnxruntime-node ${version}, workloads/train/onnxruntime_logits.mjs`)},
  "source": ${JSON.stringify(images.source)},
  "normalization": ${JSON.stringify(images.normalization)},
  "shape": ${row(images.shape, String)},
  "logits": ${rows(logits, (v) => v.toPrecision(9))}${keep ? `,\n  "pixels": ${rows(images.pixels, String)}` : ""}
}
`);
