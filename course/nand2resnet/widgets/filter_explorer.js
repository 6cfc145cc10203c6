// Filter explorer: a photograph, nine weights, and the picture they make.
import { KEEPS_ARROW_KEYS, button, figureBox, fixed, html, set } from "./drawing.js";
import { oneOf } from "./controls.js";
import { cellGrid } from "./grid.js";

const NEARLY_ZERO = 0.01;

function render({ model, el }) {
  const { presets } = model.get("scale");
  const words = html("p", { class: "n2r-verdict" });
  const [before, after] = [canvas("The photograph: a woman in uniform with a peaked cap"), canvas("What the filter makes of it")];
  const change = (weights) => {
    model.set("weights", weights);
    model.save_changes();
  };
  const inputs = Array.from({ length: 9 }, (_, i) => {
    const place = `Weight in row ${Math.floor(i / 3) + 1}, column ${(i % 3) + 1}`;
    const input = html("input", { type: "number", step: "0.5", "aria-label": place, ...KEEPS_ARROW_KEYS });
    input.addEventListener("input", () => {
      if (!Number.isFinite(input.valueAsNumber)) return;
      change(model.get("weights").map((old, k) => (k === i ? input.valueAsNumber : old)));
    });
    return input;
  });
  const small = cellGrid("The filter");
  const preset = oneOf(
    "Filters to begin with",
    Object.keys(presets).map((value) => ({ value, text: value })),
    (name) => change(presets[name]),
  );
  const reset = button("Reset", () => change(model.get("first").weights));
  const { box, say } = figureBox(
    el,
    model,
    "Filter explorer",
    words,
    html(
      "div",
      { class: "n2r-scene" },
      part("photograph", before),
      html(
        "div",
        { class: "n2r-part n2r-weights-part" },
        html("p", { class: "n2r-part-name" }, "weights: change any of them"),
        html("div", { class: "n2r-weights" }, ...inputs),
        html("div", { class: "n2r-as-picture" }, small.node),
      ),
      part("filtered", after),
    ),
    preset.node,
    html("div", { class: "n2r-controls" }, reset),
  );

  const show = () => {
    const [weights, result, total] = [model.get("weights"), model.get("result"), model.get("total")];
    weights.forEach((weight, i) => {
      if (inputs[i].valueAsNumber !== weight) inputs[i].value = String(weight);
    });
    const name = Object.keys(presets).find((key) => presets[key].every((weight, i) => weight === weights[i]));
    preset.show(name ?? "");
    paint(before, model.get("picture"));
    if (!result.length) return;
    paint(after, result);
    const rows = [weights.slice(0, 3), weights.slice(3, 6), weights.slice(6)];
    small.show({ values: rows, most: Math.max(...weights.map(Math.abs)), label: rows.map((row) => row.join(" ")).join("; ") });
    const flat = Math.abs(total) < NEARLY_ZERO;
    const meaning = flat
      ? "where the picture has one tone the answer is 0, drawn in middle grey"
      : `where the picture has one tone the answer is ${fixed(total, 2)} times that tone`;
    words.replaceChildren(html("strong", {}, `The weights add up to ${fixed(total, 2)}`), html("span", {}, meaning));
    set(box, { "data-total": total.toFixed(3), "data-preset": name ?? "", "data-checksum": checksum(result) });
    say(`${name ?? "Your own filter"}: the weights add up to ${fixed(total, 2)}; ${meaning}.`);
  };
  for (const name of ["weights", "picture", "result", "total"]) model.on(`change:${name}`, show);
  show();
}

function part(name, node) {
  return html("div", { class: "n2r-part" }, html("p", { class: "n2r-part-name" }, name), node);
}

function canvas(label) {
  return html("canvas", { class: "n2r-photo", role: "img", "aria-label": label });
}

function paint(node, rows) {
  set(node, { width: rows[0].length, height: rows.length });
  const context = node.getContext("2d");
  const pixels = context.createImageData(rows[0].length, rows.length);
  rows.flat().forEach((grey, i) => pixels.data.set([grey, grey, grey, 255], 4 * i));
  context.putImageData(pixels, 0, 0);
}

function checksum(rows) {
  return rows.flat().reduce((sum, grey, i) => (sum + grey * ((i % 97) + 1)) % 1000003, 0);
}

export default { render };
