// Step and sigmoid: two curves, a steepness, and a place at which to nudge.
import { clamp, draggable, figureBox, fixed, html, number, plot, polyline, resetButton, set, svg } from "./drawing.js";
import { numberSlider } from "./controls.js";

const SIZE = { width: 760, height: 330 };
const STEP_OF_PLACE = 0.1;
const NOTHING = 5e-7; // a smaller change is told as none

function render({ model, el }) {
  const { reach, steepnesses, nudge } = model.get("scale");
  const words = html("p", { class: "n2r-verdict" });
  const table = html("table", { class: "n2r-table" });
  const curves = curvePlot(reach);
  const change = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const stopOf = (steepness) => {
    const distances = steepnesses.map((value) => Math.abs(Math.log(value / steepness)));
    return distances.indexOf(Math.min(...distances));
  };
  const slider = numberSlider(
    "Steepness k",
    { low: 0, high: steepnesses.length - 1, step: 1, format: (stop) => number(steepnesses[stop]) },
    (stop) => change("steepness", steepnesses[stop]),
  );
  const moveTo = (z) => change("place", clamp(Math.round(z / STEP_OF_PLACE) * STEP_OF_PLACE, reach[0], reach[1] - nudge));
  const probe = draggable(curves, "Place z", {
    move: (z) => moveTo(z),
    nudge: (dx, dy) => moveTo(model.get("place") + STEP_OF_PLACE * (dx || dy)),
  });
  const reset = resetButton(model);
  const { box, say, showTrouble } = figureBox(
    el,
    model,
    "Step and sigmoid",
    words,
    curves.node,
    html("div", { class: "n2r-controls" }, slider.node, reset),
    table,
  );

  const show = () => {
    const [k, z] = [model.get("steepness"), model.get("place")];
    const { step: stepAt = [0, 0], sigmoid: smoothAt = [0, 0] } = model.get("nudged");
    slider.show(stopOf(k));
    curves.showCurves(model.get("curves"));
    probe.place(z, smoothAt[0], z, `z ${fixed(z, 1)}, sigmoid ${number(smoothAt[0], 4)}`);
    const changes = { step: stepAt[1] - stepAt[0], sigmoid: smoothAt[1] - smoothAt[0] };
    table.replaceChildren(...tableRows(z, nudge, k, { step: stepAt, sigmoid: smoothAt }));
    const told = inWords(z, nudge, changes);
    set(box, { "data-steepness": k, "data-place": z.toFixed(2), "data-change": changes.sigmoid.toFixed(8) });
    words.replaceChildren(html("strong", {}, `k = ${number(k)}, z = ${fixed(z, 1)}`), html("span", {}, told));
    say(told);
  };
  const trouble = () => showTrouble(model.get("trouble"));
  for (const name of ["curves", "nudged", "steepness", "place"]) model.on(`change:${name}`, show);
  model.on("change:trouble", trouble);
  show();
  trouble();
}

function inWords(z, nudge, { step, sigmoid }) {
  const stepTold = step ? "makes the step jump" : "changes nothing at the step";
  const smooth = Math.abs(sigmoid);
  const smoothTold =
    smooth < NOTHING ? "and nothing that one could see at the sigmoid: it is flat here" : `and changes the sigmoid by ${number(sigmoid, 2)}`;
  return `A nudge of ${nudge} ${stepTold} ${smoothTold}.`;
}

function tableRows(z, nudge, k, values) {
  const header = ["", `at z = ${fixed(z, 1)}`, `at z + ${nudge}`, "change"];
  const names = { step: "step(z)", sigmoid: `sigmoid(${number(k)} · z)` };
  const rows = Object.entries(values).map(([name, [here, there]]) => {
    const change = there - here;
    const cells = [number(here, 4), number(there, 4), Math.abs(change) < 1e-12 ? "0" : number(change, 2)];
    return html("tr", {}, html("th", { scope: "row" }, names[name]), ...cells.map((cell) => html("td", {}, cell)));
  });
  return [html("thead", {}, html("tr", {}, ...header.map((cell) => html("th", { scope: "col" }, cell)))), html("tbody", {}, ...rows)];
}

function curvePlot(reach) {
  const plotted = plot({
    domain: { x: reach, y: [-0.12, 1.12] },
    labels: { name: "The step and the sigmoid", x: "z", y: "σ" },
    size: SIZE,
    ticks: { x: [-4, -3, -2, -1, 0, 1, 2, 3, 4], y: [0, 0.5, 1] },
  });
  const { x, y, drawing, above } = plotted;
  const step = svg("path", { class: "n2r-step" });
  const smooth = svg("path", { class: "n2r-smooth" });
  drawing.append(step, smooth);
  above.append(
    svg("text", { class: "n2r-curve-name", x: x(2.6), y: y(1) - 9 }, "your step(z)"),
    svg("text", { class: "n2r-curve-name", x: x(-3.9), y: y(0) - 24 }, "your sigmoid(kz)"),
  );
  const showCurves = ({ z = [], step: stepped = [], sigmoid = [] }) => {
    const onPaper = (values) => values.map((value, i) => [x(z[i]), y(value)]);
    // Between two neighbours of which one is 0 and one is 1 the step jumps straight up.
    const jumping = onPaper(stepped).flatMap(([px, py], i, all) => {
      const before = all[i - 1];
      return before && before[1] !== py ? [[px, before[1]], [px, py]] : [[px, py]];
    });
    set(step, { d: polyline(jumping) });
    set(smooth, { d: polyline(onPaper(sigmoid)) });
  };
  return { ...plotted, showCurves };
}

export default { render };
