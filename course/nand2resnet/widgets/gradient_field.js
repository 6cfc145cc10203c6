// The gradient field of x·exp(−(x² + y²)), a probe on it, and the slope in every direction beside it.
import { arrow, button, clamp, draggable, figureBox, fixed, html, number, plot, polyline, set, svg } from "./drawing.js";

const SIZE = { width: 440, height: 330 };
const REACH = { x: [-2, 2], y: [-1.45, 1.45] };
const NUDGE = 0.05;
const TURN = 5; // degrees
const LEVEL_STEP = 0.05;
const HIGHEST = 1 / Math.sqrt(2 * Math.E);
const ARROW_LENGTH = 0.3; // data units for a gradient of length one
const PROBE_ARROW_LENGTH = 0.9;
const LEVEL_GROUND = 0.02; // shorter gradients count as none
const DEGREE = Math.PI / 180;

const height = (x, y) => x * Math.exp(-(x * x + y * y));
const gradient = (x, y) => {
  const bell = Math.exp(-(x * x + y * y));
  return [(1 - 2 * x * x) * bell, -2 * x * y * bell];
};

function render({ model, el }) {
  const field = fieldPlot(model);
  const slopes = slopePlot();
  const words = html("p", { class: "n2r-verdict n2r-stays" });
  const compared = html("p", { class: "n2r-compared" });
  const uphill = button("Turn uphill", () => {
    const [gx, gy] = gradientAtProbe();
    turnTo(Math.atan2(gy, gx) / DEGREE);
  });
  const reset = button("Reset", () => {
    model.set("probe", model.get("first").probe);
    model.set("direction", model.get("first").direction);
    model.save_changes();
  });

  const moveTo = (x, y) => {
    model.set("probe", [clamp(x, ...REACH.x), clamp(y, ...REACH.y)]);
    model.save_changes();
  };
  const turnTo = (degrees) => {
    model.set("direction", ((Math.round(degrees) % 360) + 360) % 360);
    model.save_changes();
  };
  const probe = draggable(field, "Probe", {
    move: moveTo,
    nudge: (dx, dy) => {
      const [x, y] = model.get("probe");
      moveTo(x + NUDGE * dx, y + NUDGE * dy);
    },
  });
  const dial = draggable(slopes, "Direction", {
    move: (degrees) => turnTo(clamp(degrees, 0, 359)),
    nudge: (dx, dy) => turnTo(model.get("direction") + TURN * (dx || dy)),
  });

  const { box, say } = figureBox(
    el,
    model,
    "Gradient field",
    words,
    html(
      "div",
      { class: "n2r-panels" },
      panel("f(x, y) = x·exp(−(x² + y²)) and its gradient", field.node),
      panel("The slope at the probe in every direction", slopes.node),
    ),
    html("div", { class: "n2r-controls" }, compared, uphill, reset),
  );

  // While the probe moves, what the kernel measured is a moment behind; a mixture with the formula
  // would flicker where the learner's gradient is wrong.
  const gradientAtProbe = () => model.get("measured").gradient ?? gradient(...model.get("probe"));

  const show = () => {
    const [x, y] = model.get("probe");
    const direction = model.get("direction");
    const [gx, gy] = gradientAtProbe();
    const steepness = Math.hypot(gx, gy);
    const slope = gx * Math.cos(direction * DEGREE) + gy * Math.sin(direction * DEGREE);
    field.showProbe([x, y], [gx, gy], direction);
    slopes.showSlopes([gx, gy]);
    probe.place(x, y, x, `x ${fixed(x)}, y ${fixed(y)}, height ${fixed(height(x, y), 3)}`);
    dial.place(direction, slope, direction, `${direction} degrees, slope ${fixed(slope, 3)}`);
    const told = `f = ${fixed(height(x, y), 3)}, ∇f = (${fixed(gx, 3)}, ${fixed(gy, 3)}), length ${fixed(steepness, 3)}.`;
    const meaning = inWords({ x, steepness, slope, direction });
    words.replaceChildren(html("span", { class: "n2r-reading" }, told), html("small", {}, meaning));
    compared.replaceChildren(...comparison(model));
    set(box, { "data-probe": `${x},${y}`, "data-slope": slope.toFixed(6) });
    say(`${told} ${meaning}`);
  };
  for (const name of ["probe", "direction", "measured"]) model.on(`change:${name}`, show);
  model.on("change:arrows", field.showArrows);
  field.showArrows();
  show();
}

function inWords({ x, steepness, slope, direction }) {
  if (steepness < LEVEL_GROUND) {
    const place = Math.abs(x) > 1.5 ? "far out, where the ground is flat" : x > 0 ? "on the top" : "at the bottom";
    return `The gradient is almost zero: ${place}, no direction leads up or down.`;
  }
  const share = slope / steepness;
  const leads =
    share > 0.996 ? "straight uphill, as steep as it gets"
    : share < -0.996 ? "straight downhill, as steep as it gets"
    : Math.abs(share) < 0.05 ? "along the level line, neither up nor down"
    : share > 0 ? "uphill, but not by the steepest way"
    : "downhill, but not by the steepest way";
  return `In the direction of ${direction}° the slope is ${fixed(slope, 3)}: ${leads}.`;
}

function comparison(model) {
  const { at, gradient: measured } = model.get("measured");
  if (!at) return [];
  const exact = gradient(...at);
  const apart = Math.hypot(measured[0] - exact[0], measured[1] - exact[1]);
  const result =
    apart < 1e-6
      ? ` agrees with the formula to ${apart === 0 ? "the last digit" : number(apart, 1)}.`
      : `: (${fixed(measured[0], 3)}, ${fixed(measured[1], 3)}). The formula: (${fixed(exact[0], 3)}, ${fixed(exact[1], 3)}).`;
  return ["Your ", html("code", {}, "numerical_gradient"), result];
}

function panel(title, drawing) {
  return html("div", { class: "n2r-panel" }, html("p", { class: "n2r-title", "aria-hidden": "true" }, title), drawing);
}

function fieldPlot(model) {
  const plotted = plot({
    domain: REACH,
    labels: { name: "Level colours and gradient arrows, with the probe", x: "x", y: "y" },
    size: SIZE,
    ticks: { x: [-2, -1, 0, 1, 2], y: [-1, 0, 1] },
  });
  const { x, y, drawing } = plotted;
  const hill = svg("g", { class: "n2r-hill" });
  const hollow = svg("g", { class: "n2r-hollow" });
  for (let level = LEVEL_STEP; level < HIGHEST; level += LEVEL_STEP) {
    const outline = levelLine(level);
    hill.append(svg("path", { d: `${polyline(outline.map(([px, py]) => [x(px), y(py)]))}Z` }));
    hollow.append(svg("path", { d: `${polyline(outline.map(([px, py]) => [x(-px), y(py)]))}Z` }));
  }
  const arrows = svg("path", { class: "n2r-arrows" });
  const direction = svg("path", { class: "n2r-direction" });
  const steepest = svg("path", { class: "n2r-gradient" });
  drawing.append(
    hill,
    hollow,
    svg("path", { class: "n2r-cut", d: `M${x(0)} 0V${plotted.inner.height}` }),
    svg("text", { class: "n2r-note", x: x(0.7), y: y(-0.06), "text-anchor": "middle" }, "top"),
    svg("text", { class: "n2r-note", x: x(-0.7), y: y(-0.06), "text-anchor": "middle" }, "bottom"),
    arrows,
    direction,
    steepest,
  );
  const unit = x(1) - x(0);
  const showArrows = () => {
    const drawn = model.get("arrows").map(([px, py, gx, gy]) => {
      const [dx, dy] = [ARROW_LENGTH * unit * gx, -ARROW_LENGTH * unit * gy];
      return arrow(x(px) - dx / 2, y(py) - dy / 2, dx, dy);
    });
    set(arrows, { d: drawn.join("") });
  };
  const showProbe = ([px, py], [gx, gy], degrees) => {
    const length = PROBE_ARROW_LENGTH * unit;
    const [ux, uy] = [Math.cos(degrees * DEGREE), Math.sin(degrees * DEGREE)];
    set(steepest, { d: arrow(x(px), y(py), length * gx, -length * gy, 9) });
    set(direction, { d: arrow(x(px), y(py), 0.5 * unit * ux, -0.5 * unit * uy, 9) });
  };
  return { ...plotted, showArrows, showProbe };
}

// Where x·exp(−(x² + y²)) = level: y² = ln(x / level) − x², between the two x at which that is 0.
function levelLine(level) {
  const squared = (x) => Math.log(x / level) - x * x;
  const [left, right] = [root(squared, 0, Math.SQRT1_2), root(squared, 3, Math.SQRT1_2)];
  const upper = Array.from({ length: 61 }, (_, i) => {
    const x = (left + right) / 2 - ((right - left) / 2) * Math.cos((Math.PI * i) / 60);
    return [x, Math.sqrt(Math.max(squared(x), 0))];
  });
  return [...upper, ...upper.map(([x, y]) => [x, -y]).reverse()];
}

// Halve the stretch between a place where the function is negative and one where it is positive.
function root(f, negative, positive) {
  for (let i = 0; i < 50; i++) {
    const middle = (negative + positive) / 2;
    if (f(middle) < 0) negative = middle;
    else positive = middle;
  }
  return positive;
}

function slopePlot() {
  const plotted = plot({
    domain: { x: [0, 360], y: [-1.1, 1.1] },
    labels: {
      name: "Slope at the probe in every direction",
      x: "direction in degrees, against the clock from the x axis",
      y: "slope",
    },
    size: SIZE,
    ticks: { x: [0, 90, 180, 270, 360], y: [-1, -0.5, 0, 0.5, 1] },
  });
  const { x, y, drawing } = plotted;
  const curve = svg("path", { class: "n2r-curve" });
  const peak = svg("path", { class: "n2r-gradient" });
  const name = svg("text", { class: "n2r-gradient-name", "text-anchor": "middle" }, "∇f");
  drawing.append(svg("path", { class: "n2r-level", d: `M0 ${y(0)}H${plotted.inner.width}` }), peak, curve, name);
  const showSlopes = ([gx, gy]) => {
    const points = Array.from({ length: 121 }, (_, i) => {
      const angle = 3 * i * DEGREE;
      return [x(3 * i), y(gx * Math.cos(angle) + gy * Math.sin(angle))];
    });
    set(curve, { d: polyline(points) });
    const steepness = Math.hypot(gx, gy);
    const uphill = (Math.atan2(gy, gx) / DEGREE + 360) % 360;
    const shown = steepness < LEVEL_GROUND ? 0 : y(0) - y(steepness);
    set(peak, { d: arrow(x(uphill), y(0), 0, -shown, 9) });
    set(name, { x: clamp(x(uphill), 14, plotted.inner.width - 14), y: y(steepness) - 14, opacity: shown ? 1 : 0 });
  };
  return { ...plotted, showSlopes };
}

export default { render };
