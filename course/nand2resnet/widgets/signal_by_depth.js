// Signal and gradient by depth: two curves over the layers, and what training makes of the network.
import { KEEPS_ARROW_KEYS, button, clamp, figureBox, fixed, html, number, plot, polyline, set, svg } from "./drawing.js";
import { numberSlider, oneOf } from "./controls.js";

const SIZE = { width: 440, height: 300 };
const REACH = 12; // powers of ten up and down
const HEALTHY = 3; // powers of ten that a network survives
const BLIND = Math.log(10);
const HIGHEST_LOSS = 4;
const OFF_THE_SCALE = 99;
const STEP_OF_POWER = 0.25;

function render({ model, el }) {
  const { deepest, power: largest, starts, activations, trains } = model.get("scale");
  const words = html("p", { class: "n2r-verdict" });
  const signal = sizePlot("Size of the signal", deepest, "size of the signal");
  const gradient = sizePlot("Size of the gradient", deepest, "size of the gradient");
  const learning = lossPlot();
  const change = (name, to) => {
    model.set(name, to);
    model.save_changes();
  };
  const named = (names) => names.map((name) => ({ value: name, text: name }));
  const start = oneOf("Start of the weights", named(starts), (name) => change("start", name));
  const activation = oneOf("Activation", named(activations), (name) => change("activation", name));
  const depth = numberSlider("Depth", { low: 2, high: deepest, step: 1, decimals: 0, format: (n) => `${n} layers` }, (n) => change("depth", n));
  const scale = numberSlider(
    "Scale of the weights",
    { low: -largest, high: largest, step: STEP_OF_POWER, format: (power) => `× ${number(2 ** power)}` },
    (power) => change("power", power),
  );
  const norm = html("input", { type: "checkbox", role: "switch", ...KEEPS_ARROW_KEYS });
  norm.addEventListener("change", () => change("norm", norm.checked));
  const normLabel = html("label", { class: "n2r-check" }, norm, "batch norm before each activation");
  const train = button("Train 100 steps", () => {
    set(box, { "data-training": "true" });
    train.disabled = true;
    change("asked", model.get("asked") + 1);
  });
  train.classList.add("n2r-main");
  const reset = button("Reset", () => {
    for (const [name, first] of Object.entries(model.get("first"))) model.set(name, first);
    model.set("losses", []);
    model.set("earlier", []);
    model.save_changes();
  });
  const panels = html("div", { class: "n2r-panels" }, panel("The signal, on its way forth →", signal), panel("The gradient, on its way back ←", gradient));
  const controls = html("div", { class: "n2r-controls" }, depth.node, scale.node);
  const buttons = html("div", { class: "n2r-controls" }, reset);
  if (trains) {
    buttons.prepend(normLabel, train);
    panels.append(panel("The loss while it learns", learning));
  }
  const { box, say } = figureBox(el, model, "Signal and gradient by depth", start.node, activation.node, words, panels, controls, buttons);

  const show = () => {
    start.show(model.get("start"));
    activation.show(model.get("activation"));
    depth.show(model.get("depth"));
    scale.show(model.get("power"));
    norm.checked = model.get("norm");
    const { signal: sent = [], gradient: returned = [] } = model.get("sizes");
    signal.showSizes(sent);
    gradient.showSizes(returned);
    if (!sent.length) return;
    const { state, title, told } = judged(sent[sent.length - 1], returned[1], sent.length - 1);
    set(box, { "data-state": state, "data-verdict": { alive: "good", dead: "oscillating", exploding: "diverging" }[state] });
    set(box, { "data-signal": sent[sent.length - 1].toFixed(2), "data-gradient": returned[1].toFixed(2) });
    words.replaceChildren(html("strong", {}, title), html("span", {}, told), html("small", {}, losses()));
    say(`${title}. ${told} ${losses()}`);
  };
  const losses = () => {
    const [now, earlier] = [model.get("losses"), model.get("earlier")];
    learning.showLosses(now, earlier);
    set(box, { "data-loss": now.length ? last(now).toFixed(3) : "" });
    if (now.length) return `After ${now.length} steps the loss is ${lossInWords(last(now))}.`;
    return earlier.length ? `The network you trained before ended at ${lossInWords(last(earlier))}.` : "";
  };
  const trained = () => {
    train.disabled = false;
    set(box, { "data-training": "false" });
    show();
  };
  for (const name of ["start", "activation", "depth", "power", "norm", "sizes", "earlier"]) model.on(`change:${name}`, show);
  for (const name of ["losses", "trouble"]) model.on(`change:${name}`, trained);
  show();
}

function panel(title, plotted) {
  return html("div", {}, html("p", { class: "n2r-title", "aria-hidden": "true" }, title), plotted.node);
}

// The mean of the last losses: a single batch may be an easy one.
function last(losses) {
  const end = losses.slice(-10);
  return end.reduce((a, b) => a + b) / end.length;
}

function lossInWords(loss) {
  if (loss >= HIGHEST_LOSS) return "far above that of blind guessing";
  return `${fixed(loss, 2)}${Math.abs(loss - BLIND) < 0.05 ? ", as good as blind guessing" : ""}`;
}

function sizeInWords(power) {
  if (power >= OFF_THE_SCALE) return "infinite";
  if (power <= -OFF_THE_SCALE) return "0";
  return number(10 ** power, 2).replace(/e[+]?(−?)(\d+)/, (_, sign, digits) => ` · 10${superscript(sign + digits)}`);
}

function superscript(text) {
  return [...text].map((one) => (one === "−" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(one)])).join("");
}

function judged(signal, gradient, depth) {
  const told = `Signal at layer ${depth}: ${sizeInWords(signal)}; gradient at layer 1: ${sizeInWords(gradient)}.`;
  if (Math.max(signal, gradient) > HEALTHY) return { state: "exploding", title: "Exploding", told };
  if (Math.min(signal, gradient) < -HEALTHY) return { state: "dead", title: "Dead", told };
  return { state: "alive", title: "Alive", told };
}

function sizePlot(name, deepest, label) {
  const plotted = plot({
    domain: { x: [0, deepest], y: [-REACH, REACH] },
    labels: { name, x: "layer", y: label },
    size: SIZE,
    ticks: { x: [0, 10, 20, 30, 40, 50, 60], y: [] },
  });
  const { x, y, drawing, above, inner } = plotted;
  for (let power = -REACH; power <= REACH; power += 4) {
    drawing.append(svg("path", { class: "n2r-grid", d: `M0 ${y(power)}H${inner.width}` }));
    const text = power === 0 ? "1" : `10${superscript(String(power).replace("-", "−"))}`;
    above.append(svg("text", { x: -7, y: y(power) + 4, "text-anchor": "end", "aria-hidden": "true" }, text));
  }
  const line = svg("path", { class: "n2r-path" });
  const dots = svg("g", { class: "n2r-dots" });
  drawing.append(svg("path", { class: "n2r-cut", d: `M0 ${y(0)}H${inner.width}` }), line, dots);
  const showSizes = (powers) => {
    const at = powers.map((power, layer) => [x(layer), y(clamp(power, -REACH + 0.15, REACH - 0.15))]);
    set(line, { d: polyline(at) });
    const ends = at.length ? [at[0], at[at.length - 1]] : [];
    dots.replaceChildren(...ends.map(([cx, cy]) => svg("circle", { cx, cy, r: 5 })));
  };
  return { ...plotted, showSizes };
}

function lossPlot() {
  const steps = 100;
  const plotted = plot({
    domain: { x: [0, steps], y: [0, HIGHEST_LOSS] },
    labels: { name: "Loss while it learns", x: "step", y: "loss" },
    size: SIZE,
    ticks: { x: [0, 20, 40, 60, 80, 100], y: [0, 1, 2, 3, 4] },
  });
  const { x, y, drawing, inner } = plotted;
  const before = svg("path", { class: "n2r-earlier" });
  const now = svg("path", { class: "n2r-path" });
  const note = svg("text", { class: "n2r-note", x: 10, y: y(BLIND) - 22 }, "dashed: blind guessing, ln 10");
  const hint = svg("text", { class: "n2r-note", x: 10, y: inner.height - 12 });
  drawing.append(svg("path", { class: "n2r-cut", d: `M0 ${y(BLIND)}H${inner.width}` }), before, now, note, hint);
  const path = (losses) => polyline(losses.map((loss, step) => [x(step), y(Math.min(loss, HIGHEST_LOSS))]));
  const showLosses = (losses, earlier) => {
    set(now, { d: path(losses) });
    set(before, { d: path(earlier) });
    hint.textContent = earlier.length ? "thin line: the network you trained before" : "";
  };
  return { ...plotted, showLosses };
}

export default { render };
