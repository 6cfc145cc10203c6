// Decision boundary: a plane coloured by the learner's neuron, four corners, three sliders.
import { arrow, button, figureBox, fixed, html, plot, polyline, resetButton, set, svg } from "./drawing.js";
import { numberSlider, oneOf } from "./controls.js";

const SIZE = { width: 430, height: 400 };
const WEIGHTS = { low: -3, high: 3, step: 0.25 };
const THRESHOLD = { low: -4, high: 4, step: 0.25 };
const ARROW = 46; // pixels
const ROUND = 13;
const SEAM = 0.5;

function render({ model, el }) {
  const { gates } = model.get("plane");
  const words = html("p", { class: "n2r-verdict" });
  const plane = planePlot(model.get("plane"));
  const table = html("table", { class: "n2r-table" });
  const change = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const gate = oneOf("Gate", Object.keys(gates).map((name) => ({ value: name, text: name })), (name) => change("gate", name));
  const weightOf = (place) => (value) => change("weights", model.get("weights").map((w, i) => (i === place ? value : w)));
  const sliders = {
    first: numberSlider("Weight w₁", WEIGHTS, weightOf(0)),
    second: numberSlider("Weight w₂", WEIGHTS, weightOf(1)),
    threshold: numberSlider("Threshold b", THRESHOLD, (value) => change("threshold", value)),
  };
  let explained = false;
  const why = button("Show why", () => {
    explained = !explained;
    show();
  });
  const reset = resetButton(model, () => {
    explained = false;
  });
  const { box, say, showTrouble } = figureBox(
    el,
    model,
    "Decision boundary",
    words,
    gate.node,
    html(
      "div",
      { class: "n2r-panels" },
      html("div", { class: "n2r-panel" }, plane.node),
      html(
        "div",
        { class: "n2r-panel" },
        table,
        html("div", { class: "n2r-controls" }, ...Object.values(sliders).map(({ node }) => node)),
        html("div", { class: "n2r-controls" }, why, reset),
      ),
    ),
  );

  const show = () => {
    const [name, [w1, w2], b] = [model.get("gate"), model.get("weights"), model.get("threshold")];
    gate.show(name);
    sliders.first.show(w1);
    sliders.second.show(w2);
    sliders.threshold.show(b);
    why.hidden = name !== "XOR";
    why.textContent = explained ? "Hide why" : "Show why";
    plane.showLine([w1, w2], b);
    plane.showWhy(explained && name === "XOR");
    const { corners = [], grid = "" } = model.get("asked");
    plane.showAnswers(grid, gates[name], corners);
    table.replaceChildren(...tableRows(model.get("plane").corners, gates[name], corners, [w1, w2], b));
    const right = corners.filter((answer, i) => answer === gates[name][i]).length;
    set(box, { "data-gate": name, "data-right": corners.length ? right : "" });
    words.className = `n2r-verdict ${right === 4 ? "n2r-good" : "n2r-slow"}`;
    const heading = `${name}: ${right} of 4`;
    const best = model.get("best")[name];
    const sentence =
      right === 4
        ? "All four corners are right: this neuron is the gate."
        : explained && name === "XOR"
          ? "The ones lie at opposite corners, and so do the zeros. Both dashed lines pass through the middle: where is it to go?"
          : `Best so far: ${best} of 4.`;
    words.replaceChildren(html("strong", {}, heading), html("span", {}, sentence));
    say(`${heading}. ${sentence}`);
  };
  const trouble = () => showTrouble(model.get("trouble"));
  for (const name of ["gate", "weights", "threshold", "asked", "best"]) model.on(`change:${name}`, show);
  model.on("change:trouble", trouble);
  show();
  trouble();
}

function planePlot({ corners, reach, places }) {
  const plotted = plot({
    domain: { x: reach, y: reach },
    labels: { name: "The plane of the two inputs, coloured where the neuron fires", x: "x₁", y: "x₂" },
    size: SIZE,
    ticks: { x: [0, 1], y: [0, 1] },
  });
  const { x, y, drawing, inner } = plotted;
  const firing = svg("path", { class: "n2r-firing" });
  const line = svg("path", { class: "n2r-border" });
  const toward = svg("path", { class: "n2r-toward" });
  const diagonals = svg(
    "g",
    {},
    svg("path", { class: "n2r-diagonal", d: polyline([[x(0), y(1)], [x(1), y(0)]]) }),
    svg("path", { class: "n2r-diagonal", d: polyline([[x(0), y(0)], [x(1), y(1)]]) }),
    svg("circle", { class: "n2r-ball", cx: x(0.5), cy: y(0.5), r: 5 }),
  );
  const points = corners.map(([px, py]) => example(x(px), y(py)));
  drawing.append(firing, line, toward, diagonals, ...points.map(({ node }) => node));

  const width = inner.width / (places - 1);
  const height = inner.height / (places - 1);
  // Runs of firing places in a row become one rectangle each; the rows overlap, or seams would show.
  const showAnswers = (grid, labels, answers) => {
    const runs = [];
    for (let row = 0; row < places && grid; row++) {
      const line = grid.slice(row * places, (row + 1) * places);
      for (const { index, 0: run } of line.matchAll(/1+/g)) {
        const corner = [(index - 0.5) * width, inner.height - (row + 0.5) * height - SEAM];
        const size = [run.length * width, height + 2 * SEAM];
        runs.push(`M${corner.map((at) => at.toFixed(1)).join(" ")}h${size[0].toFixed(1)}v${size[1].toFixed(1)}h${(-size[0]).toFixed(1)}Z`);
      }
    }
    set(firing, { d: runs.join("") });
    points.forEach(({ show }, i) => show(labels[i], answers.length ? answers[i] === labels[i] : true));
  };
  const showLine = (w, b) => {
    const ends = lineThrough(w, b, reach);
    set(line, { d: ends ? polyline(ends.map(([px, py]) => [x(px), y(py)])) : "" });
    const length = Math.hypot(...w);
    if (!ends || !length) return set(toward, { d: "" });
    const [mx, my] = [0, 1].map((i) => (ends[0][i] + ends[1][i]) / 2);
    return set(toward, { d: arrow(x(mx), y(my), (ARROW * w[0]) / length, (-ARROW * w[1]) / length, 9) });
  };
  const showWhy = (shown) => set(diagonals, { visibility: shown ? "visible" : "hidden" });
  return { ...plotted, showAnswers, showLine, showWhy };
}

// A point with its label; a dashed ring around it when the answer there is wrong.
function example(cx, cy) {
  const label = svg("text", { x: cx, y: cy });
  const node = svg(
    "g",
    { class: "n2r-example" },
    svg("circle", { cx, cy, r: ROUND }),
    svg("circle", { class: "n2r-ring", cx, cy, r: ROUND + 5 }),
    label,
  );
  const show = (value, right) => {
    label.textContent = String(value);
    set(node, { "data-label": value, "data-right": right });
  };
  return { node, show };
}

// The ends of w·x = b inside the square, or nothing where the line does not cross it.
function lineThrough([w1, w2], b, [low, high]) {
  const found = [];
  for (const edge of [low, high]) {
    if (w2) found.push([edge, (b - w1 * edge) / w2]);
    if (w1) found.push([(b - w2 * edge) / w1, edge]);
  }
  const inside = found.filter((point) => point.every((at) => at >= low - 1e-9 && at <= high + 1e-9));
  const [first] = inside;
  const last = inside.find((point) => first && Math.hypot(point[0] - first[0], point[1] - first[1]) > 1e-6);
  return last ? [first, last] : null;
}

function tableRows(corners, labels, answers, [w1, w2], b) {
  const header = ["x₁", "x₂", "w·x", `> ${fixed(b)}?`, "answer", "should be"];
  const rows = corners.map(([x1, x2], i) => {
    const right = !answers.length || answers[i] === labels[i];
    const sum = w1 * x1 + w2 * x2;
    const cells = [x1, x2, fixed(sum), sum > b ? "yes" : "no", answers[i] ?? "–", `${labels[i]} ${right ? "✓" : "✗"}`];
    return html("tr", { "data-right": right }, ...cells.map((cell) => html("td", {}, String(cell))));
  });
  return [html("thead", {}, html("tr", {}, ...header.map((cell) => html("th", { scope: "col" }, cell)))), html("tbody", {}, ...rows)];
}

export default { render };
