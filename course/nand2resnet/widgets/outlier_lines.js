// Eleven points on a line, a twelfth to drag, and the L2 and L1 lines through all of them.
import { button, clamp, draggable, figureBox, fixed, html, plot, set, svg } from "./drawing.js";

const SIZE = { width: 720, height: 380 };
const NUDGE = 0.25;
const STYLES = { l2: "n2r-line-l2", l1: "n2r-line-l1", others: "n2r-cut" };
const NAMES = { l2: "L2 (squares)", l1: "L1 (absolute values)" };
const WITHOUT = "without the twelfth point";

function render({ model, el }) {
  const { x: reachX, y: reachY } = model.get("reach");
  const plotted = plot({
    domain: { x: reachX, y: reachY },
    labels: { name: "Twelve points and two lines through them", x: "x", y: "y" },
    size: SIZE,
  });
  const { x, y, drawing } = plotted;
  const lines = {};
  const labels = {};
  for (const [name, style] of Object.entries(STYLES)) {
    lines[name] = svg("path", { class: style });
    drawing.append(lines[name]);
  }
  for (const name of Object.keys(NAMES)) {
    labels[name] = svg("text", { class: "n2r-line-name", x: 10 }, NAMES[name]);
    drawing.append(labels[name]);
  }
  labels.others = svg("text", { class: "n2r-note", "text-anchor": "end" });
  drawing.append(labels.others);
  const points = svg("g", { class: "n2r-points" });
  for (const [px, py] of model.get("others")) points.append(svg("circle", { cx: x(px), cy: y(py), r: 5 }));
  drawing.append(points);

  const words = html("p", { class: "n2r-verdict" });
  const moveTo = (px, py) => {
    model.set("outlier", [clamp(px, ...reachX), clamp(py, ...reachY)]);
    model.save_changes();
  };
  const outlier = draggable(plotted, "The twelfth point", {
    move: moveTo,
    nudge: (dx, dy) => {
      const [px, py] = model.get("outlier");
      moveTo(px + NUDGE * dx, py + NUDGE * dy);
    },
  });
  set(plotted.node.querySelector(".n2r-invitation"), { x: -14, "text-anchor": "end" });
  const home = button("Put it among the others", () => {
    const [w, b] = model.get("lines").others ?? [0, 0];
    moveTo(model.get("first")[0], w * model.get("first")[0] + b);
  });
  const reset = button("Reset", () => moveTo(...model.get("first")));
  const { box, say } = figureBox(
    el,
    model,
    "One outlier, two lines",
    words,
    plotted.node,
    html("div", { class: "n2r-controls" }, home, reset),
  );

  const placeOutlier = () => {
    const [px, py] = model.get("outlier");
    outlier.place(px, py, py, `x ${fixed(px)}, y ${fixed(py)}`);
  };
  const showLines = () => {
    const found = model.get("lines");
    const [left, right] = reachX;
    for (const name of Object.keys(STYLES)) {
      const line = found[name];
      set(lines[name], { d: line ? `M${x(left)} ${y(line[0] * left + line[1])}L${x(right)} ${y(line[0] * right + line[1])}` : "" });
    }
    words.replaceChildren();
    labels.others.textContent = found.l2 ? WITHOUT : "";
    if (!found.l2) return;
    placeLabels(labels, found, plotted);
    const told = `Slope without the twelfth point: ${fixed(found.others[0])}. With it: L2 ${fixed(found.l2[0])}, L1 ${fixed(found.l1[0])}.`;
    const meaning = inWords(found);
    words.append(html("span", { class: "n2r-reading" }, told), html("small", {}, meaning));
    set(box, { "data-l2": found.l2[0].toFixed(4), "data-l1": found.l1[0].toFixed(4) });
    say(`${told} ${meaning}`);
  };
  model.on("change:outlier", placeOutlier);
  model.on("change:lines", showLines);
  placeOutlier();
  showLines();
}

// The names stand at the left end of their lines, one above and one below; the thin line's at the right.
function placeLabels(labels, found, { x, y, domain }) {
  const left = domain.x[0] + 0.1;
  const at = (name) => y(found[name][0] * left + found[name][1]);
  const l2Above = at("l2") < at("l1");
  set(labels.l2, { x: x(left), y: at("l2") + (l2Above ? -12 : 24) });
  set(labels.l1, { x: x(left), y: at("l1") + (l2Above ? 24 : -12) });
  const [w, b] = found.others;
  const right = domain.x[1] - 0.1;
  const beside = found.l1[0] * right + found.l1[1] > w * right + b ? 18 : -12;
  set(labels.others, { x: x(right), y: y(w * right + b) + beside });
}

function inWords({ outlier: [px, py], others: [w, b], l2, l1 }) {
  const away = py - (w * px + b);
  if (Math.abs(away) < 0.6) return "The point lies among the others, and the two lines agree.";
  const where = `${fixed(Math.abs(away), 1)} ${away > 0 ? "above" : "below"} the line of the others`;
  const ratio = Math.abs(l2[0] - w) / Math.max(Math.abs(l1[0] - w), 0.01);
  return ratio > 2
    ? `The point lies ${where}. It drags the L2 line along; the L1 line hardly minds.`
    : `The point lies ${where}.`;
}

export default { render };
