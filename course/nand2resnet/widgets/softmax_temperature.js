// Softmax and its temperature: scores to move, bars of probability that follow.
import { KEEPS_ARROW_KEYS, figureBox, fixed, html, number, plot, resetButton, set, svg } from "./drawing.js";
import { numberSlider } from "./controls.js";

const SIZE = { width: 760, height: 290 };
const CLASSES = ["A", "B", "C", "D", "E"];
const HALF_BAR = 0.32;

function render({ model, el }) {
  const { reach, temperatures, shift } = model.get("scale");
  const words = html("p", { class: "n2r-verdict" });
  const bars = barPlot();
  const change = (name, to) => {
    model.set(name, to);
    model.save_changes();
  };
  const sliders = CLASSES.map((name, i) =>
    numberSlider(`Score of ${name}`, { low: reach[0], high: reach[1], step: 0.2, decimals: 1 }, (score) =>
      change("scores", model.get("scores").map((old, j) => (j === i ? score : old))),
    ),
  );
  const stopOf = (value) => {
    const distances = temperatures.map((one) => Math.abs(Math.log(one / value)));
    return distances.indexOf(Math.min(...distances));
  };
  const heat = numberSlider(
    "Temperature T",
    { low: 0, high: temperatures.length - 1, step: 1, format: (stop) => number(temperatures[stop]) },
    (stop) => change("temperature", temperatures[stop]),
  );
  const shifted = html("input", { type: "checkbox", ...KEEPS_ARROW_KEYS });
  shifted.addEventListener("change", () => change("shifted", shifted.checked));
  const shiftLabel = html("label", { class: "n2r-check" }, shifted, `add ${shift} to all scores`);
  const reset = resetButton(model);
  const { box, say } = figureBox(
    el,
    model,
    "Softmax and its temperature",
    words,
    bars.node,
    html("div", { class: "n2r-controls" }, heat.node, shiftLabel, reset),
    html("div", { class: "n2r-controls n2r-sliders" }, ...sliders.map((slider) => slider.node)),
  );

  const show = () => {
    const scores = model.get("scores");
    scores.forEach((score, i) => sliders[i].show(score));
    heat.show(stopOf(model.get("temperature")));
    shifted.checked = model.get("shifted");
    const { now = [], at_one: atOne = [] } = model.get("probabilities");
    bars.showBars(now, atOne);
    if (!now.length) return words.replaceChildren();
    const told = inWords(now, scores);
    const top = now.indexOf(Math.max(...now));
    set(box, { "data-top": CLASSES[top], "data-probability": now[top].toFixed(6), "data-sum": now.reduce((a, b) => a + b).toFixed(6) });
    words.replaceChildren(
      html("strong", {}, `T = ${number(model.get("temperature"))}`),
      html("span", {}, `${CLASSES[top]} has ${fixed(now[top], 3)}; together ${fixed(now.reduce((a, b) => a + b), 3)}`),
      html("small", {}, told),
    );
    say(`${CLASSES.map((name, i) => `${name} ${fixed(now[i], 2)}`).join(", ")}. ${told}`);
  };
  for (const name of ["scores", "temperature", "shifted", "probabilities"]) model.on(`change:${name}`, show);
  show();
}

function inWords(now, scores) {
  const [most, least] = [Math.max(...now), Math.min(...now)];
  if (Math.max(...scores) === Math.min(...scores)) return "All scores are equal, and so are the probabilities.";
  if (most > 0.99) return "Cold: nearly all of it goes to the highest score. This is almost argmax.";
  if (most - least < 0.1) return "Hot: the scores hardly matter any more, all classes come out nearly alike.";
  return "The higher the score, the more probable; but every class keeps something.";
}

function barPlot() {
  const plotted = plot({
    domain: { x: [-0.6, CLASSES.length - 0.4], y: [0, 1.08] },
    labels: { name: "Probabilities of five classes", x: "class", y: "probability" },
    size: SIZE,
    ticks: { x: [], y: [0, 0.2, 0.4, 0.6, 0.8, 1] },
  });
  const { x, y, drawing, inner } = plotted;
  const width = x(HALF_BAR) - x(-HALF_BAR);
  const parts = CLASSES.map((name, i) => {
    const bar = svg("rect", { class: "n2r-probability", x: x(i - HALF_BAR), width });
    const earlier = svg("path", { class: "n2r-at-one" });
    const label = svg("text", { class: "n2r-bar-number", x: x(i) });
    const below = svg("text", { class: "n2r-bar-number", x: x(i), y: inner.height + 16 }, name);
    drawing.append(bar, earlier, label);
    plotted.above.append(below);
    return { bar, earlier, label };
  });
  const legend = svg("text", { class: "n2r-note", x: inner.width - 8, y: 16, "text-anchor": "end" }, "dashed: at T = 1");
  drawing.append(legend);
  const showBars = (now, atOne) => {
    parts.forEach(({ bar, earlier, label }, i) => {
      const p = now[i] ?? 0;
      set(bar, { y: y(p), height: inner.height - y(p) });
      set(label, { y: y(p) - 6 });
      label.textContent = now.length ? fixed(p, 3) : "";
      set(earlier, { d: atOne.length ? `M${x(i - 0.42)} ${y(atOne[i])}H${x(i + 0.42)}` : "" });
    });
  };
  return { ...plotted, showBars };
}

export default { render };
