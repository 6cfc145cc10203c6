// Receptive field: units of each layer above the pixels, and everything the top one depends on.
import { button, figureBox, html, set, svg } from "./drawing.js";
import { numberSlider } from "./controls.js";
import { cellGrid } from "./grid.js";

const ROW = 52;
const LEFT = 150;
const WIDTH = 760;

function render({ model, el }) {
  const { limits } = model.get("scale");
  const words = html("p", { class: "n2r-verdict" });
  const drawing = svg("svg", { class: "n2r-tower", role: "img" });
  const note = html("p", { class: "n2r-part-note" });
  const change = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const whole = (value) => String(value);
  const kernel = numberSlider("Its kernel", { low: 1, high: limits[0], step: 1, format: whole }, (value) => change({ kernel: value }));
  const stride = numberSlider("Its stride", { low: 1, high: limits[1], step: 1, format: whole }, (value) => change({ stride: value }));
  const add = button("Add this layer", () => change({ layers: [...model.get("layers"), [model.get("kernel"), model.get("stride")]] }));
  add.classList.add("n2r-main");
  const drop = button("Take the top one off", () => change({ layers: model.get("layers").slice(0, -1) }));
  const reset = button("Reset", () => change(model.get("first")));
  const { box, say } = figureBox(
    el,
    model,
    "Receptive field",
    words,
    html("div", { class: "n2r-wide" }, drawing),
    html("div", { class: "n2r-controls" }, kernel.node, stride.node),
    html("div", { class: "n2r-controls" }, add, drop, reset),
    note,
  );

  const show = () => {
    const levels = model.get("levels");
    const layers = levels.slice(1); // not what was asked for just now, but what is known already
    kernel.show(model.get("kernel"));
    stride.show(model.get("stride"));
    add.disabled = model.get("refused") !== "";
    drop.disabled = model.get("layers").length === 0;
    note.textContent = model.get("refused");
    const pixels = levels[0].lit.filter(Boolean).length;
    draw(drawing, levels);
    const said = layers.at(-1)?.said;
    set(box, { "data-layers": layers.length, "data-pixels": pixels, "data-said": said ?? "" });
    if (said === null) return;
    const mine = said ?? pixels;
    const agree = mine === pixels ? "and so many are lit" : `but ${pixels} are lit: who is right?`;
    const name = html("strong", {}, layers.length ? `Yours says ${mine} ${mine === 1 ? "pixel" : "pixels"}` : "No layer yet");
    const told = layers.length ? agree : "a pixel sees itself";
    words.replaceChildren(name, html("span", {}, told));
    box.dataset.verdict = mine === pixels ? "good" : "diverging";
    words.className = `n2r-verdict n2r-${mine === pixels ? "good" : "diverging"}`;
    say(`${layers.length} layers. The top unit sees ${pixels} pixels. Yours says ${mine}.`);
  };
  for (const name of ["layers", "kernel", "stride", "levels", "refused"]) model.on(`change:${name}`, show);
  show();
}

function draw(drawing, levels) {
  const pixels = levels[0].at;
  const step = Math.min(26, WIDTH / pixels.length);
  const x = (at) => LEFT + (at - pixels[0] + 0.5) * step;
  const y = (level) => (levels.length - 1 - level) * ROW + 24;
  const side = Math.min(18, step * 0.72);
  const [lines, units, texts] = [[], [], []];
  levels.forEach(({ at, lit, kernel, stride, said }, level) => {
    at.forEach((place, i) => {
      units.push(
        svg("rect", {
          class: lit[i] ? "n2r-unit n2r-lit" : "n2r-unit",
          x: x(place) - side / 2,
          y: y(level) - side / 2,
          width: side,
          height: side,
          rx: level ? side / 2 : 0,
        }),
      );
      if (!level) return;
      const below = levels[level - 1];
      const gap = below.at.length > 1 ? below.at[1] - below.at[0] : 1;
      for (let k = 0; k < kernel; k++) {
        const target = place + (k - (kernel - 1) / 2) * gap;
        if (target < below.at[0] - 1e-9 || target > below.at.at(-1) + 1e-9) continue;
        const d = `M${x(place)} ${y(level) + side / 2}L${x(target)} ${y(level - 1) - side / 2}`;
        lines.push(svg("path", { class: lit[i] ? "n2r-sight n2r-lit" : "n2r-sight", d }));
      }
    });
    const name = level ? `layer ${level}: ${kernel} wide, stride ${stride}` : "picture";
    texts.push(svg("text", { x: 0, y: y(level) + 4 }, name));
    if (level && said !== null) {
      texts.push(svg("text", { class: "n2r-faint", x: 0, y: y(level) + 20 }, `sees ${said}`));
    }
  });
  // What is lit is drawn above what is not.
  lines.sort((a, b) => a.classList.contains("n2r-lit") - b.classList.contains("n2r-lit"));
  drawing.replaceChildren(...lines, ...units, ...texts);
  const lit = levels[0].lit.filter(Boolean).length;
  set(drawing, {
    viewBox: `-4 0 ${LEFT + pixels.length * step + 8} ${levels.length * ROW}`,
    "aria-label": `${levels.length - 1} layers above a row of pixels; the top unit depends on ${lit} of them`,
  });
  drawing.style.maxWidth = `${LEFT + pixels.length * step + 8}px`;
}

export default { render };
