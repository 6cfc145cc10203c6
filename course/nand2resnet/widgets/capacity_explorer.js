// Underfitting and overfitting: the fitted curve on the left, both errors by size on the right.
import { clamp, figureBox, fixed, html, number, plot, polyline, resetButton, set, svg } from "./drawing.js";
import { numberSlider } from "./controls.js";

const SIZE = { width: 470, height: 320 };
const HIGHEST_ERROR = 1;
const PLACE_OF_NAMES = 8; // among the numbers of units

function render({ model, el }) {
  const scale = model.get("scale");
  const words = html("p", { class: "n2r-verdict" });
  const curve = curvePlot(scale);
  const errors = errorPlot(scale);
  const change = (name, to) => {
    model.set(name, to);
    model.save_changes();
  };
  const oneOfMany = (label, values, name, format = String) =>
    numberSlider(label, { low: 0, high: values.length - 1, step: 1, format: (stop) => format(values[stop]) }, (stop) =>
      change(name, values[stop]),
    );
  const sliders = {
    units: oneOfMany("ReLU units", scale.units, "units"),
    dots: oneOfMany("Dots", scale.dots, "dots"),
    price: oneOfMany("Price λ", scale.prices, "price", (price) => (price === 0 ? "none" : number(price))),
  };
  const reset = resetButton(model);
  const { box, say } = figureBox(
    el,
    model,
    "Underfitting and overfitting",
    words,
    html(
      "div",
      { class: "n2r-panels" },
      panel("The dots, and what was learnt from them", curve.node),
      panel("How far off, for every number of units", errors.node),
    ),
    html("div", { class: "n2r-controls" }, sliders.units.node, sliders.dots.node, sliders.price.node, reset),
  );

  const show = () => {
    const { units, curve: heights, own, new: fresh } = model.get("fit");
    const stop = scale.units.indexOf(units);
    sliders.units.show(scale.units.indexOf(model.get("units")));
    sliders.dots.show(scale.dots.indexOf(model.get("dots")));
    sliders.price.show(scale.prices.indexOf(model.get("price")));
    curve.showFit(heights, model.get("dots"));
    errors.showErrors(own, fresh, stop);
    const told = `On its own dots ${fixed(own[stop])} off, on new ones ${fixed(fresh[stop])}.`;
    const verdict = judged(own, fresh, stop, scale);
    words.replaceChildren(
      html("strong", {}, verdict.name),
      html("span", {}, told),
      html("small", {}, verdict.meaning),
    );
    set(box, { "data-verdict": verdict.colour, "data-fit": verdict.name, "data-own": own[stop].toFixed(4), "data-new": fresh[stop].toFixed(4) });
    say(`${units} units. ${verdict.name}. ${told} ${verdict.meaning}`);
  };
  model.on("change:fit", show);
  show();
}

// Compared with the best size for new dots, and with the noise that no curve can foresee.
function judged(own, fresh, stop, { noise }) {
  const best = fresh.indexOf(Math.min(...fresh));
  const worse = fresh[stop] > 1.2 * fresh[best];
  if (own[stop] > 1.35 * noise || (worse && stop < best)) {
    return {
      name: "Underfitting",
      colour: "slow",
      meaning: "It cannot follow the curve: more units, or a lower price.",
    };
  }
  if (worse) {
    return {
      name: "Overfitting",
      colour: "diverging",
      meaning: "It follows the noise: fewer units, more dots, or a price on weights.",
    };
  }
  return {
    name: "About right",
    colour: "good",
    meaning: `The noise of the dots is ${fixed(noise)}: no curve can come closer than that to new ones.`,
  };
}

function panel(title, drawing) {
  return html("div", { class: "n2r-panel" }, html("p", { class: "n2r-title", "aria-hidden": "true" }, title), drawing);
}

function curvePlot({ x: xs, y: ys, at, truth }) {
  const plotted = plot({
    domain: { x: [0, 1], y: [-2, 2.2] },
    labels: { name: "The dots and the fitted curve", x: "x", y: "y" },
    size: SIZE,
  });
  const { x, y, drawing } = plotted;
  const dots = svg("g", { class: "n2r-measured-dots" });
  const fit = svg("path", { class: "n2r-fitted" });
  drawing.append(svg("path", { class: "n2r-truth", d: polyline(at.map((px, i) => [x(px), y(truth[i])])) }), dots, fit);
  const showFit = (heights, count) => {
    const radius = count > 60 ? 3 : 5;
    dots.replaceChildren(...xs.slice(0, count).map((px, i) => svg("circle", { cx: x(px), cy: y(ys[i]), r: radius })));
    set(fit, { d: polyline(heights.map((height, i) => [x(at[i]), y(height)])) });
  };
  return { ...plotted, showFit };
}

function errorPlot({ units, noise }) {
  const place = (count) => Math.log2(count);
  const last = units[units.length - 1];
  const plotted = plot({
    domain: { x: [-0.15, place(last) + 0.15], y: [0, HIGHEST_ERROR] },
    labels: { name: "Errors for every number of units", x: "ReLU units", y: "root of the mean squared error" },
    size: SIZE,
    ticks: { x: [] },
  });
  const { x, y, drawing, inner } = plotted;
  const lines = { own: svg("path", { class: "n2r-error-own" }), new: svg("path", { class: "n2r-error-new" }) };
  const marks = {
    own: svg("circle", { class: "n2r-error-dot n2r-error-dot-own", r: 6.5 }),
    new: svg("circle", { class: "n2r-error-dot n2r-error-dot-new", r: 6.5 }),
  };
  const chosen = svg("path", { class: "n2r-cut" });
  const names = {
    own: svg("text", { class: "n2r-line-name" }, "its own dots"),
    new: svg("text", { class: "n2r-line-name" }, "new dots"),
  };
  drawing.append(
    svg("path", { class: "n2r-noise-level", d: `M0 ${y(noise)}H${inner.width}` }),
    svg("text", { class: "n2r-note", x: 6, y: y(noise) + 14 }, "noise"),
    chosen,
    ...Object.values(lines),
    ...Object.values(marks),
    ...Object.values(names),
  );
  for (const count of [1, 2, 5, 10, 20, 40]) {
    plotted.above.append(svg("text", { x: x(place(count)), y: inner.height + 16, "text-anchor": "middle" }, String(count)));
  }
  const showErrors = (own, fresh, stop) => {
    set(chosen, { d: `M${x(place(units[stop]))} 0V${inner.height}` });
    for (const [name, values] of [["own", own], ["new", fresh]]) {
      const points = values.map((value, i) => [x(place(units[i])), y(Math.min(value, 1.5 * HIGHEST_ERROR))]);
      set(lines[name], { d: polyline(points) });
      set(marks[name], { cx: points[stop][0], cy: points[stop][1] });
      const [nameX, nameY] = points[PLACE_OF_NAMES];
      const shift = name === "new" ? -10 : 20;
      set(names[name], { x: nameX, y: clamp(nameY + shift, 14, inner.height - 6), "text-anchor": "middle" });
    }
  };
  return { ...plotted, showErrors };
}

export default { render };
