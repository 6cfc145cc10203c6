// Dropout as an ensemble: thin lines are subnetworks, the thick one their average, dashes test mode.
import { button, figureBox, fixed, html, number, plot, polyline, resetButton, set, svg } from "./drawing.js";
import { numberSlider } from "./controls.js";

const SIZE = { width: 760, height: 340 };
const CLOSE = 0.12;

function render({ model, el }) {
  const { most, probabilities, at, x, y } = model.get("scale");
  const words = html("p", { class: "n2r-verdict" });
  const curves = curvePlot(at, x, y);
  const change = (name, to) => {
    model.set(name, to);
    model.save_changes();
  };
  const count = numberSlider("Subnetworks", { low: 1, high: most, step: 1, decimals: 0 }, (value) => change("count", value));
  const dropped = numberSlider(
    "drop_prob",
    { low: 0, high: probabilities.length - 1, step: 1, format: (stop) => number(probabilities[stop]) },
    (stop) => change("drop_prob", probabilities[stop]),
  );
  const others = button("Draw others", () => change("seed", model.get("seed") + 1));
  const reset = resetButton(model);
  const { box, say } = figureBox(
    el,
    model,
    "Subnetworks and their average",
    words,
    curves.node,
    html("div", { class: "n2r-controls" }, count.node, dropped.node, others, reset),
  );

  const show = () => {
    count.show(model.get("count"));
    dropped.show(probabilities.indexOf(model.get("drop_prob")));
    const drawn = model.get("drawn");
    curves.showCurves(drawn);
    if (!drawn.curves) return words.replaceChildren();
    const shownCount = drawn.curves.length;
    const told = `${shownCount} ${shownCount === 1 ? "subnetwork" : "subnetworks"}, each with units of its own`;
    const meaning = inWords(drawn.gap, shownCount);
    words.replaceChildren(
      html("strong", {}, `gap ${fixed(drawn.gap)}`),
      html("span", {}, told),
      html("small", {}, meaning),
    );
    set(box, {
      "data-count": shownCount,
      "data-gap": drawn.gap.toFixed(4),
      "data-first": drawn.curves[0][0].toFixed(3),
      "data-verdict": drawn.gap < CLOSE ? "good" : "slow",
    });
    say(`${told}. Between their average and test mode: ${fixed(drawn.gap)}. ${meaning}`);
  };
  for (const name of ["count", "drop_prob", "seed", "drawn"]) model.on(`change:${name}`, show);
  show();
}

function inWords(gap, count) {
  if (gap < CLOSE) return "Their average and the network in test mode nearly agree: one run for the price of many.";
  if (count < 10) return "A few of them can be anywhere. Take more.";
  return "Many of them, and still a gap: is the scale of dropout_forward right? Or is drop_prob very large?";
}

function curvePlot(at, xs, ys) {
  const plotted = plot({
    domain: { x: [at[0], at[at.length - 1]], y: [-2.2, 2.2] },
    labels: { name: "Subnetworks, their average, and test mode", x: "x", y: "what the network says" },
    size: SIZE,
  });
  const { x, y, drawing } = plotted;
  const subnetworks = svg("g", { class: "n2r-subnetworks" });
  const average = svg("path", { class: "n2r-average" });
  const test = svg("path", { class: "n2r-in-test-mode" });
  const dots = svg("g", { class: "n2r-measured-dots" });
  xs.forEach((px, i) => dots.append(svg("circle", { cx: x(px), cy: y(ys[i]), r: 4 })));
  const key = [
    ["n2r-average", "average"],
    ["n2r-in-test-mode", "test mode"],
  ].map(([look, text], i) =>
    svg(
      "g",
      { transform: `translate(${14 + 110 * i} 18)` },
      svg("path", { class: look, d: "M0 0H28" }),
      svg("text", { class: "n2r-line-name", x: 34, y: 4 }, text),
    ),
  );
  drawing.append(subnetworks, dots, average, test, ...key);
  const path = (heights = []) => polyline(heights.map((height, i) => [x(at[i]), y(height)]));
  const showCurves = (drawn) => {
    subnetworks.replaceChildren(...(drawn.curves ?? []).map((heights) => svg("path", { d: path(heights) })));
    set(average, { d: path(drawn.average) });
    set(test, { d: path(drawn.test) });
  };
  return { ...plotted, showCurves };
}

export default { render };
