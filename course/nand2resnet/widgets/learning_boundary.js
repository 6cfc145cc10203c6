// Learning boundary: examples with the line after some epochs, and the mistakes of every epoch.
import { arrow, button, figureBox, html, number, plot, polyline, resetButton, set, svg } from "./drawing.js";
import { numberSlider, oneOf } from "./controls.js";

const SIZE = { width: 430, height: 350 };
const ARROW = 40; // pixels
const ROUND = 9;
const ROOM = 0.7;
const FEWEST_SHOWN = 5; // the axis of mistakes goes up to this at least

function render({ model, el }) {
  const sets = model.get("sets");
  const epochs = model.get("epochs");
  const words = html("p", { class: "n2r-verdict" });
  const left = html("div", { class: "n2r-panel" });
  const right = html("div", { class: "n2r-panel" });
  const change = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const choice = oneOf("Examples", Object.keys(sets).map((name) => ({ value: name, text: name })), (name) => {
    model.set("epoch", 0);
    change("examples", name);
  });
  const slider = numberSlider(
    "Epochs",
    { low: 0, high: epochs, step: 1, format: (value) => `${value} of ${epochs}` },
    (value) => change("epoch", value),
  );
  const next = button("One more epoch", () => change("epoch", Math.min(model.get("epoch") + 1, epochs)));
  next.classList.add("n2r-main");
  const reset = resetButton(model);
  const { box, say, showTrouble } = figureBox(
    el,
    model,
    "Learning boundary",
    words,
    choice.node,
    html("div", { class: "n2r-panels" }, left, right),
    html("div", { class: "n2r-controls" }, slider.node, next, reset),
  );

  let plane;
  let bars;
  const redraw = () => {
    const { points, labels } = sets[model.get("examples")];
    plane = planePlot(points, labels);
    bars = barPlot(epochs, model.get("learnt").mistakes ?? []);
    left.replaceChildren(title("The line that it has drawn"), plane.node);
    right.replaceChildren(title("Mistakes in each epoch"), bars.node);
    choice.show(model.get("examples"));
    show();
  };
  const show = () => {
    const epoch = model.get("epoch");
    const { lines = [], mistakes = [], wrong = [] } = model.get("learnt");
    slider.show(epoch);
    next.disabled = epoch === epochs;
    plane.showLines(lines.slice(0, epoch + 1));
    plane.showAnswers(wrong[epoch] ?? []);
    bars.showEpoch(epoch);
    const told = inWords(epoch, epochs, mistakes, lines[epoch]);
    set(box, { "data-epoch": epoch, "data-state": told.state });
    words.className = `n2r-verdict ${told.style}`;
    words.replaceChildren(html("strong", {}, told.heading), html("span", {}, told.sentence), html("small", {}, told.line));
    say(`${told.heading}. ${told.sentence} ${told.line}`);
  };
  const trouble = () => showTrouble(model.get("trouble"));
  model.on("change:epoch", () => show());
  model.on("change:learnt", () => redraw());
  model.on("change:trouble", trouble);
  redraw();
  trouble();
}

function inWords(epoch, epochs, mistakes, line = [0, 0, 0]) {
  const clean = mistakes.findIndex((count) => count === 0);
  const total = mistakes.slice(0, epoch).reduce((sum, count) => sum + count, 0);
  const state = epoch === 0 ? "start" : clean >= 0 && epoch > clean ? "converged" : "learning";
  const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  const heading = { start: "Nothing learnt", converged: "Converged", learning: "Learning" }[state];
  const sentence = {
    start: "All weights and the threshold are 0: there is no line yet.",
    converged: `Epoch ${clean + 1} passed without a mistake, after ${counted(total, "mistake")} in all. Nothing changes any more.`,
    learning: `${counted(mistakes[epoch - 1] ?? 0, "mistake")} in epoch ${epoch}, ${total} so far.${epoch === epochs ? " It has not come to an end." : ""}`,
  }[state];
  const style = { start: "n2r-slow", converged: "n2r-good", learning: "n2r-oscillating" }[state];
  const [w1, w2, b] = line.map((value) => number(value));
  return { state, heading, sentence, style, line: `w = (${w1}, ${w2}), b = ${b}.` };
}

function title(text) {
  return html("p", { class: "n2r-title", "aria-hidden": "true" }, text);
}

function planePlot(points, labels) {
  const ranges = [0, 1].map((axis) => {
    const values = points.map((point) => point[axis]);
    return [Math.min(...values) - ROOM, Math.max(...values) + ROOM];
  });
  const plotted = plot({
    domain: { x: ranges[0], y: ranges[1] },
    labels: { name: "Examples and the neuron's line", x: "x₁", y: "x₂" },
    size: SIZE,
  });
  const { x, y, drawing } = plotted;
  const firing = svg("path", { class: "n2r-firing" });
  const earlier = svg("path", { class: "n2r-earlier" });
  const now = svg("path", { class: "n2r-border" });
  const toward = svg("path", { class: "n2r-toward" });
  const examples = points.map(([px, py], i) =>
    svg(
      "g",
      { class: "n2r-example", "data-label": labels[i] },
      svg("circle", { cx: x(px), cy: y(py), r: ROUND }),
      svg("circle", { class: "n2r-ring", cx: x(px), cy: y(py), r: ROUND + 4 }),
      svg("text", { x: x(px), y: y(py) }, String(labels[i])),
    ),
  );
  drawing.append(firing, earlier, now, toward, ...examples);

  const onPaper = (path) => polyline(path.map(([px, py]) => [x(px), y(py)]));
  const showLines = (lines) => {
    const crossing = lines.map((line) => cut(ranges, line)).map(({ ends }) => (ends ? onPaper(ends) : ""));
    const last = lines.at(-1) ?? [0, 0, 0];
    const { side, ends } = cut(ranges, last);
    set(firing, { d: side.length ? `${onPaper(side)}Z` : "" });
    set(earlier, { d: crossing.slice(0, -1).join("") });
    set(now, { d: crossing.at(-1) ?? "" });
    const paper = ends && ends.map(([px, py]) => [x(px), y(py)]);
    // At a right angle to the line as it is drawn, toward the side on which the neuron fires.
    const [dx, dy] = [last[0] / (x(1) - x(0)), last[1] / (y(1) - y(0))];
    const length = Math.hypot(dx, dy);
    const middle = paper && [0, 1].map((axis) => (paper[0][axis] + paper[1][axis]) / 2);
    set(toward, { d: paper && length ? arrow(...middle, (ARROW * dx) / length, (ARROW * dy) / length, 8) : "" });
  };
  const showAnswers = (wrong) => examples.forEach((node, i) => set(node, { "data-right": !wrong[i] }));
  return { ...plotted, showLines, showAnswers };
}

// The part of the rectangle where w·x > b, and the ends of the line w·x = b inside it.
function cut([[left, right], [low, high]], [w1, w2, b]) {
  const corners = [[left, low], [right, low], [right, high], [left, high]];
  const height = ([px, py]) => w1 * px + w2 * py - b;
  const side = [];
  const ends = [];
  corners.forEach((from, i) => {
    const to = corners[(i + 1) % 4];
    const [here, there] = [height(from), height(to)];
    if (here > 0) side.push(from);
    if (here > 0 !== there > 0) {
      const part = here / (here - there);
      const crossing = [0, 1].map((axis) => from[axis] + part * (to[axis] - from[axis]));
      side.push(crossing);
      ends.push(crossing);
    }
  });
  return { side, ends: ends.length === 2 ? ends : null };
}

function barPlot(epochs, mistakes) {
  const most = Math.max(FEWEST_SHOWN, ...mistakes);
  const plotted = plot({
    domain: { x: [0.4, epochs + 0.6], y: [0, most * 1.12] },
    labels: { name: "Mistakes in each epoch", x: "epoch", y: "mistakes" },
    size: SIZE,
  });
  const { x, y, drawing, inner } = plotted;
  const width = 0.7 * (x(1) - x(0));
  const bars = mistakes.map((count, i) => {
    const at = x(i + 1);
    const top = y(count);
    return svg(
      "g",
      {},
      svg("rect", { class: "n2r-bar", x: at - width / 2, y: top, width, height: Math.max(inner.height - top, 1) }),
      svg("text", { class: "n2r-bar-number", x: at, y: top - 5 }, String(count)),
    );
  });
  drawing.append(...bars);
  const showEpoch = (epoch) =>
    bars.forEach((bar, i) => {
      set(bar, { opacity: i < epoch ? 1 : 0 });
      set(bar.firstChild, { "data-now": i === epoch - 1 });
    });
  return { ...plotted, showEpoch };
}

export default { render };
