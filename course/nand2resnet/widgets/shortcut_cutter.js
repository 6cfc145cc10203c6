// Cut shortcuts, one by one: a row of blocks, and the size of the gradient at each layer.
import { button, clamp, figureBox, fixed, html, number, plot, polyline, resetButton, set, svg } from "./drawing.js";
import { oneOf } from "./controls.js";

const SIZE = { width: 760, height: 300 };
const LOWEST = -2;
const HIGHEST = 4;
const HEALTHY = 1; // powers of ten above the whole network's
const OFF_THE_SCALE = 99;

function render({ model, el }) {
  const { depths } = model.get("scale");
  const words = html("p", { class: "n2r-verdict" });
  const row = html("div", { class: "n2r-blocks", role: "group", "aria-label": "Shortcuts, the input side first" });
  const curves = gradientPlot(depths[depths.length - 1]);
  const depth = oneOf(
    "Network",
    depths.map((layers) => ({ value: String(layers), text: `${layers} layers` })),
    (chosen) => change("depth", Number(chosen)),
  );
  const change = (name, to) => {
    model.set(name, to);
    model.save_changes();
  };
  const blocks = () => (model.get("depth") - 2) / 2;
  const isCut = (place) => model.get("cuts").includes(place);
  const cut = (places) => change("cuts", [...new Set([...model.get("cuts"), ...places])].sort((a, b) => a - b));
  const next = (places) => () => cut(places().filter((place) => !isCut(place)).slice(0, 1));
  const counted = () => Array.from({ length: blocks() }, (_, place) => place);
  const buttons = html(
    "div",
    { class: "n2r-controls" },
    button("Cut the next from the input", next(counted)),
    button("Cut the next from the output", next(() => counted().reverse())),
    button("Cut all", () => cut(counted())),
    button("Mend all", () => change("cuts", [])),
    resetButton(model),
  );
  const title = html("p", { class: "n2r-title", "aria-hidden": "true" }, "Size of the gradient at each layer, before the first step");
  const { box, say } = figureBox(el, model, "Cut the shortcuts", depth.node, row, words, title, curves.node, buttons);

  const toggle = (place) => {
    const left = model.get("cuts").filter((other) => other !== place);
    if (isCut(place)) change("cuts", left);
    else cut([place]);
  };
  const fill = () => {
    if (row.querySelectorAll("button").length === blocks()) return;
    const tiles = counted().map((place) => blockButton(place, () => toggle(place)));
    row.replaceChildren(html("span", { class: "n2r-end", "aria-hidden": "true" }, "input →"), ...tiles);
  };
  const show = () => {
    fill();
    depth.show(String(model.get("depth")));
    for (const [place, tile] of row.querySelectorAll("button").entries()) {
      set(tile, { "aria-pressed": String(isCut(place)) });
    }
    const [sizes, whole] = [model.get("sizes"), model.get("whole")];
    curves.showSizes(sizes, whole);
    if (!sizes.length) return;
    const count = model.get("cuts").length;
    const grown = sizes[0] - whole[0];
    const state = count === 0 ? "whole" : grown > HEALTHY ? "exploding" : "cut";
    set(box, { "data-state": state, "data-gradient": sizes[0].toFixed(3), "data-cuts": count });
    set(box, { "data-verdict": { whole: "good", cut: "oscillating", exploding: "diverging" }[state] });
    const told = count === 0 ? "Every shortcut is there." : `${count} of ${blocks()} shortcuts cut: ${timesInWords(grown)} with all of them.`;
    const steps = `At the last layer it is ${inWords(sizes[sizes.length - 1])}.`;
    words.replaceChildren(html("strong", {}, `Gradient at layer 1: ${inWords(sizes[0])}`), html("span", {}, told), html("small", {}, steps));
    say(`Gradient at layer 1: ${inWords(sizes[0])}. ${told} ${steps}`);
  };
  for (const name of ["depth", "cuts", "sizes", "whole"]) model.on(`change:${name}`, show);
  show();
}

function blockButton(place, onClick) {
  const drawn = svg(
    "svg",
    { viewBox: "0 0 30 46", "aria-hidden": "true" },
    svg("path", { class: "n2r-arc", d: "M3 34C3 2 27 2 27 34" }),
    svg("rect", { x: 6, y: 24, width: 18, height: 20, rx: 3 }),
    svg("text", { x: 15, y: 38, "text-anchor": "middle" }, String(place + 1)),
    svg("path", { class: "n2r-scissors", d: "M10 5L20 15M20 5L10 15" }),
  );
  const node = html("button", { type: "button", class: "n2r-block", "aria-label": `Cut the shortcut of block ${place + 1}` }, drawn);
  node.addEventListener("click", onClick);
  return node;
}

function inWords(power) {
  if (power >= OFF_THE_SCALE) return "infinite";
  if (power <= -OFF_THE_SCALE) return "0";
  return number(10 ** power, 3);
}

function timesInWords(grown) {
  const times = 10 ** grown;
  return times < 10 ? `${fixed(times, 1)} times that` : `${number(times, 2)} times that`;
}

function gradientPlot(deepest) {
  const plotted = plot({
    domain: { x: [1, deepest], y: [LOWEST, HIGHEST] },
    labels: { name: "Size of the gradient at each layer", x: "layer", y: "size of the gradient" },
    size: SIZE,
    ticks: { x: [1, 10, 20, 30, 40, 50], y: [] },
  });
  const { x, y, drawing, above, inner } = plotted;
  for (let power = LOWEST; power <= HIGHEST; power += 1) {
    drawing.append(svg("path", { class: "n2r-grid", d: `M0 ${y(power)}H${inner.width}` }));
    const text = number(10 ** power, 1);
    above.append(svg("text", { x: -7, y: y(power) + 4, "text-anchor": "end", "aria-hidden": "true" }, text));
  }
  const before = svg("path", { class: "n2r-whole" });
  const line = svg("path", { class: "n2r-path" });
  const dots = svg("g", { class: "n2r-dots" });
  const note = svg("text", { class: "n2r-note", x: inner.width - 10, y: 20, "text-anchor": "end" });
  drawing.append(before, line, dots, note);
  const points = (powers) => powers.map((power, place) => [x(place + 1), y(clamp(power, LOWEST + 0.05, HIGHEST - 0.05))]);
  const showSizes = (sizes, whole) => {
    const at = points(sizes);
    set(line, { d: polyline(at) });
    set(before, { d: polyline(points(whole)) });
    const ends = at.length ? [at[0]] : [];
    dots.replaceChildren(...ends.map(([cx, cy]) => svg("circle", { cx, cy, r: 5 })));
    note.textContent = at.length ? "green: with every shortcut" : "";
  };
  return { ...plotted, showSizes };
}

export default { render };
