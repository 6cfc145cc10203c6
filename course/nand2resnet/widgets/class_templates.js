// Class templates: ten pictures of weights, and a slider through the steps of training.
import { button, figureBox, html, set, svg } from "./drawing.js";
import { numberSlider } from "./controls.js";

const PIXEL = 14;
const PAUSE = 700; // milliseconds between two stops while it plays

function render({ model, el }) {
  const { stops, side, tested } = model.get("scale");
  const words = html("p", { class: "n2r-verdict" });
  const pictures = Array.from({ length: 10 }, (_, digit) => picture(digit, side));
  const grid = html("div", { class: "n2r-templates" }, ...pictures.map(({ node }) => node));
  const change = (stop) => {
    model.set("stop", stop);
    model.save_changes();
  };
  const slider = numberSlider(
    "Steps of training",
    { low: 0, high: stops.length - 1, step: 1, format: (stop) => String(stops[stop]) },
    (stop) => {
      halt();
      change(stop);
    },
  );
  let playing;
  const play = button("Learn", () => (playing ? halt() : start()));
  play.classList.add("n2r-main");
  const halt = () => {
    clearInterval(playing);
    playing = undefined;
    play.textContent = "Learn";
  };
  const start = () => {
    if (model.get("stop") === stops.length - 1) change(0);
    play.textContent = "Pause";
    playing = setInterval(() => {
      const stop = model.get("stop");
      if (stop >= stops.length - 1 || model.get("trouble")) return halt();
      if (model.get("shown") === stop) change(stop + 1);
    }, PAUSE);
  };
  const reset = button("Reset", () => {
    halt();
    change(model.get("first").stop);
  });
  const { box, say } = figureBox(
    el,
    model,
    "Class templates",
    words,
    grid,
    html("div", { class: "n2r-controls" }, slider.node, play, reset),
    html("p", { class: "n2r-key" }, key("for"), "ink here speaks for the digit", key("against"), "ink here speaks against it"),
  );

  const show = () => {
    slider.show(model.get("stop"));
    const [templates, shown, right] = [model.get("templates"), model.get("shown"), model.get("right")];
    if (shown < 0 || !templates.length) return;
    templates.forEach((weights, digit) => pictures[digit].show(weights));
    const steps = stops[shown];
    set(box, { "data-steps": steps, "data-right": right });
    const told = `${right} of ${tested} pictures it has never seen are read correctly`;
    words.replaceChildren(html("strong", {}, `After ${steps} ${steps === 1 ? "step" : "steps"}`), html("span", {}, told));
    if (!playing) say(`After ${steps} steps, ${told}.`);
  };
  for (const name of ["stop", "templates", "right", "shown"]) model.on(`change:${name}`, show);
  show();
  return halt;
}

// One template: a square a pixel, and a stroke across it where the weight is negative.
function picture(digit, side) {
  const cells = Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [(i % side) * PIXEL, Math.floor(i / side) * PIXEL];
    const square = svg("rect", { x, y, width: PIXEL, height: PIXEL });
    const stroke = svg("path", { d: `M${x + 2} ${y + PIXEL - 2}L${x + PIXEL - 2} ${y + 2}` });
    return { square, stroke };
  });
  const edge = svg("rect", { class: "n2r-frame", width: side * PIXEL, height: side * PIXEL });
  const drawing = svg(
    "svg",
    { class: "n2r-template", viewBox: `-1 -1 ${side * PIXEL + 2} ${side * PIXEL + 2}`, role: "img" },
    ...cells.flatMap(({ square, stroke }) => [square, stroke]),
    edge,
  );
  const node = html("div", {}, html("p", { class: "n2r-template-name", "aria-hidden": "true" }, String(digit)), drawing);
  const show = (weights) => {
    weights.forEach((weight, i) => {
      const { square, stroke } = cells[i];
      const against = weight < 0;
      set(square, { class: against ? "n2r-against" : "n2r-for", "fill-opacity": Math.abs(weight).toFixed(3) });
      set(stroke, { class: "n2r-hatch", "stroke-opacity": against ? Math.min(1, 1.6 * -weight).toFixed(3) : "0" });
    });
    set(drawing, { "aria-label": `Template of ${digit}: ${inWords(weights, side)}` });
  };
  return { node, show };
}

// Where the strongest weights of either sign are, for those who cannot see the picture.
function inWords(weights, side) {
  const at = (i) => `row ${Math.floor(i / side) + 1}, column ${(i % side) + 1}`;
  const [most, least] = [Math.max(...weights), Math.min(...weights)];
  if (most === 0 && least === 0) return "empty";
  return `most for it at ${at(weights.indexOf(most))}, most against it at ${at(weights.indexOf(least))}`;
}

function key(kind) {
  const square = svg("rect", { class: `n2r-${kind}`, width: PIXEL, height: PIXEL });
  const stroke = svg("path", { class: "n2r-hatch", d: `M2 ${PIXEL - 2}L${PIXEL - 2} 2` });
  const parts = kind === "against" ? [square, stroke] : [square];
  return svg("svg", { class: "n2r-key-square", width: PIXEL, height: PIXEL, "aria-hidden": "true" }, ...parts);
}

export default { render };
