// Activation explorer: a value, its slope, and what is left of a nudge.
import { clamp, draggable, figureBox, fixed, html, number, plot, polyline, resetButton, set, svg } from "./drawing.js";
import { numberSlider, oneOf } from "./controls.js";

const SIZE = { width: 480, height: 320 };
const STEP_OF_PLACE = 0.1;
const HARDLY = 0.02; // below this a slope is called nearly 0
const RANGES = { value: [-4, 6], slope: [-0.7, 2.2] };

function render({ model, el }) {
  const { reach, nudge, labels, with_a: withA } = model.get("scale");
  const words = html("p", { class: "n2r-verdict" });
  const value = curvePlot("Value", reach, RANGES.value, "g(z)");
  const slope = curvePlot("Slope", reach, RANGES.slope, "g′(z)");
  const change = (name, to) => {
    model.set(name, to);
    model.save_changes();
  };
  const moveTo = (z) => change("place", clamp(Math.round(z / STEP_OF_PLACE) * STEP_OF_PLACE, reach[0], reach[1] - nudge));
  const probe = draggable(value, "Place z", {
    move: (z) => moveTo(z),
    nudge: (dx, dy) => moveTo(model.get("place") + STEP_OF_PLACE * (dx || dy)),
  });
  set(value.node.querySelector(".n2r-invitation"), { x: -14, y: -16 });
  const missing = model.get("missing");
  const names = Object.keys(labels).filter((name) => !missing.includes(name));
  const choice = oneOf("Activation", names.map((name) => ({ value: name, text: labels[name] })), (name) => change("chosen", name));
  const leak = numberSlider("Slope a on the left", { low: -0.5, high: 2, step: 0.25 }, (a) => change("a", a));
  const reset = resetButton(model);
  const stars = missing.map((name) => labels[name]).join(" and ");
  const note = html("small", { class: "n2r-note-below" }, stars ? `${stars} will appear here when your table has them.` : "");
  const { box, say } = figureBox(
    el,
    model,
    "Activation explorer",
    choice.node,
    words,
    html("div", { class: "n2r-panels" }, panel("Your value", value), panel("Your slope", slope)),
    html("div", { class: "n2r-controls" }, leak.node, reset),
    note,
  );

  const show = () => {
    const [chosen, z] = [model.get("chosen"), model.get("place")];
    const here = model.get("here");
    choice.show(chosen);
    leak.show(model.get("a"));
    leak.node.classList.toggle("n2r-away", !withA.includes(chosen));
    const curves = model.get("curves");
    value.showCurve(curves.z ?? [], curves.value ?? []);
    slope.showCurve(curves.z ?? [], curves.slope ?? []);
    if (here.value === undefined) return;
    const inside = ([low, high], y) => clamp(y, low, high);
    probe.place(z, inside(RANGES.value, here.value), z, `z ${fixed(z, 1)}, value ${number(here.value)}, slope ${number(here.slope)}`);
    slope.showDot(z, inside(RANGES.slope, here.slope));
    const { state, told } = judged(here, nudge);
    set(box, { "data-chosen": chosen, "data-state": state, "data-slope": here.slope.toFixed(6), "data-place": z.toFixed(1) });
    words.className = `n2r-verdict ${{ flat: "n2r-diverging", saturated: "n2r-oscillating", open: "n2r-good" }[state]}`;
    words.replaceChildren(
      html("strong", {}, `${labels[chosen]} at z = ${fixed(z, 1)}`),
      html("span", {}, `value ${number(here.value)}, slope ${number(here.slope)}`),
      html("small", {}, told),
    );
    say(`${labels[chosen]}, z ${fixed(z, 1)}, value ${number(here.value)}, slope ${number(here.slope)}. ${told}`);
  };
  for (const name of ["chosen", "place", "a", "curves", "here"]) model.on(`change:${name}`, show);
  show();
}

function panel(title, plotted) {
  return html("div", {}, html("p", { class: "n2r-title" }, title), plotted.node);
}

function judged({ value, nudged, slope }, nudge) {
  const out = `A nudge of ${nudge} comes out as ${number(nudged - value, 2)}.`;
  if (slope === 0) return { state: "flat", told: `${out} The slope is exactly 0: nothing is passed back. A unit that is here for every input is dead.` };
  if (Math.abs(slope) < HARDLY) return { state: "saturated", told: `${out} The slope is nearly 0: hardly anything is passed back.` };
  return { state: "open", told: `${out} Gradients pass, times ${number(slope)}.` };
}

function curvePlot(name, reach, range, label) {
  const plotted = plot({
    domain: { x: reach, y: range },
    labels: { name, x: "z", y: label },
    size: SIZE,
    ticks: { x: [-6, -4, -2, 0, 2, 4, 6] },
  });
  const { x, y, drawing, inner } = plotted;
  const axes = svg("path", { class: "n2r-zero", d: `M0 ${y(0)}H${inner.width}M${x(0)} 0V${inner.height}` });
  const curve = svg("path", { class: "n2r-smooth" });
  const dot = svg("circle", { class: "n2r-here-dot", r: 6, cx: -20, cy: -20 });
  drawing.append(axes, curve, dot);
  const showCurve = (z, heights) => {
    const points = heights.map((height, i) => [x(z[i]), y(height)]);
    // A slope that jumps is drawn with a gap, not with a steep line that is not there.
    let pen = "";
    points.forEach(([px, py], i) => {
      const jumps = i > 0 && Math.abs(heights[i] - heights[i - 1]) > 0.2;
      pen += `${i === 0 || jumps ? "M" : "L"}${px.toFixed(2)} ${py.toFixed(2)}`;
    });
    set(curve, { d: pen });
  };
  const showDot = (at, height) => set(dot, { cx: x(at), cy: y(height) });
  return { ...plotted, showCurve, showDot };
}

export default { render };
