// Sliding kernel: a digit, a kernel and their map; each cell of the map points back to its window.
import { button, fixed, figureBox, html, set } from "./drawing.js";
import { numberSlider, oneOf } from "./controls.js";
import { cellGrid } from "./grid.js";

function render({ model, el }) {
  const { kernels, limits, ink } = model.get("scale");
  let chosen = [2, 3];
  const words = html("p", { class: "n2r-verdict" });
  const sum = html("p", { class: "n2r-sum" });
  const picture = cellGrid("The picture");
  const weights = cellGrid("The kernel");
  const map = cellGrid("Cell of the map", (row, column) => {
    chosen = [row, column];
    show();
  });
  const change = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const whole = (value) => String(value);
  const kernel = oneOf("Kernel", kernels.map((value) => ({ value, text: value })), (value) => change("kernel", value));
  const padding = numberSlider("Padding", { low: 0, high: limits[0], step: 1, format: whole }, (value) => change("pad", value));
  const stride = numberSlider("Stride", { low: 1, high: limits[1], step: 1, format: whole }, (value) => change("stride", value));
  const reset = button("Reset", () => {
    for (const [name, value] of Object.entries(model.get("first"))) model.set(name, value);
    chosen = [2, 3];
    model.save_changes();
    show();
  });
  const { box, say } = figureBox(
    el,
    model,
    "Sliding kernel",
    words,
    html(
      "div",
      { class: "n2r-scene" },
      part("picture", picture.node),
      part("kernel", weights.node, "n2r-narrow"),
      part("map: point at a cell", map.node),
    ),
    sum,
    kernel.node,
    html("div", { class: "n2r-controls" }, padding.node, stride.node, reset),
  );

  const show = () => {
    kernel.show(model.get("kernel"));
    padding.show(model.get("pad"));
    stride.show(model.get("stride"));
    const [values, padded, shown] = [model.get("map"), model.get("padded"), model.get("shown")];
    if (!values.length || !shown.weights) return;
    chosen = [Math.min(chosen[0], values.length - 1), Math.min(chosen[1], values[0].length - 1)];
    const k = shown.weights;
    const [r, c] = [chosen[0] * shown.stride, chosen[1] * shown.stride];
    const size = { row: r, column: c, height: k.length, width: k[0].length };
    const value = values[chosen[0]][chosen[1]];
    const most = Math.max(...values.flat().map(Math.abs));
    const place = `row ${r + 1}, column ${c + 1}`;
    picture.show({
      values: padded,
      most: ink,
      decimals: 0,
      frame: shown.pad,
      windows: [size],
      label: `${padded.length} by ${padded[0].length} pixels; the window begins at ${place}`,
    });
    weights.show({ values: k, most: 2, decimals: 0, label: k.map((row) => row.join(" ")).join("; ") });
    map.show({ values, most, decimals: 0, chosen, label: fixed(value, 0) });
    const terms = k.flatMap((row, i) => row.map((weight, j) => [weight, padded[r + i][c + j]]));
    const written = terms.filter(([weight]) => weight !== 0).map(([weight, x]) => `${signed(weight)}·${fixed(x, 0)}`);
    sum.textContent = `${written.join(" ").replace(/^\+ /, "").replace(/^− /, "−")} = ${fixed(value, 0)}`;
    const sizes = `${padded.length} × ${padded[0].length} → ${values.length} × ${values[0].length}`;
    const name = html("strong", {}, sizes);
    words.replaceChildren(name, html("span", {}, `the window of this cell begins at ${place} of the picture`));
    set(box, { "data-rows": values.length, "data-value": value, "data-window": `${r},${c}` });
    say(`The map has ${values.length} by ${values[0].length} cells. This cell is ${fixed(value, 0)}; its window begins at ${place}.`);
  };
  for (const name of ["kernel", "pad", "stride", "map", "padded", "shown"]) model.on(`change:${name}`, show);
  show();
}

function part(name, node, more = "") {
  return html("div", { class: `n2r-part ${more}` }, html("p", { class: "n2r-part-name" }, name), node);
}

function signed(weight) {
  return `${weight < 0 ? "−" : "+"} ${Math.abs(weight)}`;
}

export default { render };
