// Points with a line, and the cost of all lines from above: one descent seen in two places.
import { button, clamp, draggable, figureBox, fixed, html, number, plot, polyline, rangeInput, set, svg } from "./drawing.js";

const SIZE = { width: 440, height: 330 };
const NUDGE = [0.05, 0.1];
const FIRST_STEP_SHOWN = 3;

function render({ model, el }) {
  const data = model.get("data");
  const rates = model.get("learning_rates");
  const { best, halfWidth } = model.get("surface");
  const line = linePlot(data);
  const surface = surfacePlot(model.get("surface"));
  const words = html("p", { class: "n2r-verdict" });
  let step = FIRST_STEP_SHOWN;

  const moveTo = (w, b) => {
    const inside = [w, b].map((value, i) => clamp(value, best[i] - halfWidth[i], best[i] + halfWidth[i]));
    model.set("start", inside);
    model.save_changes();
  };
  const start = draggable(surface, "The first line, slope and intercept", {
    move: moveTo,
    nudge: (dx, dy) => {
      const [w, b] = model.get("start");
      moveTo(w + NUDGE[0] * dx, b + NUDGE[1] * dy);
    },
  });
  set(surface.node.querySelector(".n2r-invitation"), { x: -8, y: -16 }); // clear of the path
  const rate = slider("Learning rate η", rates.length - 1, (stop) => {
    model.set("learning_rate", rates[stop]);
    model.save_changes();
  });
  const share = Math.log(model.get("limit") / rates[0]) / Math.log(rates[rates.length - 1] / rates[0]);
  rate.track.classList.remove("n2r-even-track");
  set(rate.track, { style: `--limit-at: ${share}` });
  const steps = slider("Step", 60, (wanted) => {
    step = wanted;
    show();
  });
  const reset = button("Reset", () => {
    step = FIRST_STEP_SHOWN;
    model.set("start", model.get("first").start);
    model.set("learning_rate", model.get("first").learningRate);
    model.save_changes();
    show();
  });
  const { box, say } = figureBox(
    el,
    model,
    "A line and its cost",
    words,
    html(
      "div",
      { class: "n2r-panels" },
      panel("The line after this step", line.node),
      panel("The cost of every line, from above", surface.node),
    ),
    html("div", { class: "n2r-controls" }, steps.node, rate.node, reset),
  );

  const show = () => {
    const [w0, b0] = model.get("start");
    start.place(w0, b0, w0, `w ${fixed(w0)}, b ${fixed(b0)}`);
    const chosen = model.get("learning_rate");
    const limit = model.get("limit");
    const distances = rates.map((r) => Math.abs(Math.log(r / chosen)));
    const above = chosen > limit * (1 + 1e-9);
    rate.show(
      distances.indexOf(Math.min(...distances)),
      number(chosen),
      `${number(chosen)}, ${above ? "above" : "below or at"} the stable limit ${number(limit)}`,
    );
    const { path = [], costs = [] } = model.get("run");
    words.replaceChildren();
    const at = clamp(step, 0, Math.max(path.length - 1, 0));
    steps.show(at, String(at), `step ${at} of ${Math.max(path.length - 1, 0)}`);
    surface.showPath(path, at);
    line.showLine(path[at]);
    if (!path.length) return;
    const [w, b] = path[at];
    const told = `Step ${at}: w = ${fixed(w)}, b = ${fixed(b)}, cost ${number(costs[at])}.`;
    const meaning = inWords({ at, costs, above, chosen, limit });
    words.append(html("span", { class: "n2r-reading" }, told), html("small", {}, meaning));
    set(box, { "data-step": at, "data-cost": costs[at], "data-verdict": above ? "diverging" : "good" });
    say(`${told} ${meaning}`);
  };
  for (const name of ["start", "learning_rate", "run"]) model.on(`change:${name}`, show);
  show();
}

function inWords({ at, costs, above, chosen, limit }) {
  const share = `The learning rate is ${number(chosen / limit, 2)} × the stable limit.`;
  if (at === 0) return `This is the first line: drag it on the right. ${share}`;
  if (costs[at] > costs[at - 1]) return `This step made the cost larger${above ? ", and it will go on growing" : ""}. ${share}`;
  return `This step made the cost smaller: ${number(costs[at - 1])} before. ${share}`;
}

function panel(title, drawing) {
  return html("div", { class: "n2r-panel" }, html("p", { class: "n2r-title", "aria-hidden": "true" }, title), drawing);
}

function slider(name, last, onInput) {
  const value = html("span", { class: "n2r-value" });
  const input = rangeInput(name, last, onInput);
  const track = html("div", { class: "n2r-track n2r-even-track" }, input);
  const node = html("div", { class: "n2r-slider" }, html("span", { class: "n2r-label" }, name, value), track);
  const show = (stop, shown, spoken) => {
    input.value = String(stop);
    value.textContent = shown;
    set(input, { "aria-valuetext": spoken });
  };
  return { node, track, show };
}

function linePlot({ x: xs, y: ys, names }) {
  const room = (values) => (Math.max(...values) - Math.min(...values)) * 0.12;
  const reach = (values) => [Math.min(...values) - room(values), Math.max(...values) + room(values)];
  const [low, high] = reach(ys);
  const plotted = plot({
    domain: { x: reach(xs), y: [Math.min(low, 0), high * 1.2] },
    labels: { name: "The points and the line", x: names[0], y: names[1] },
    size: SIZE,
  });
  const { x, y, drawing, domain } = plotted;
  const residuals = svg("path", { class: "n2r-residuals" });
  const line = svg("path", { class: "n2r-path" });
  const points = svg("g", { class: "n2r-points" });
  xs.forEach((px, i) => points.append(svg("circle", { cx: x(px), cy: y(ys[i]), r: 5 })));
  drawing.append(residuals, line, points);
  const showLine = (v) => {
    if (!v) return [line, residuals].forEach((drawn) => set(drawn, { d: "" }));
    const at = (px) => v[0] * px + v[1];
    set(line, { d: polyline(domain.x.map((px) => [x(px), y(at(px))])) });
    set(residuals, { d: xs.map((px, i) => `M${x(px)} ${y(ys[i])}V${y(at(px))}`).join("") });
  };
  return { ...plotted, showLine };
}

function surfacePlot({ best, halfWidth, levels }) {
  const plotted = plot({
    domain: {
      x: [best[0] - halfWidth[0], best[0] + halfWidth[0]],
      y: [best[1] - halfWidth[1], best[1] + halfWidth[1]],
    },
    labels: { name: "Level sets of the cost and the path of the descent", x: "slope w", y: "intercept b" },
    size: SIZE,
  });
  const { x, y, drawing } = plotted;
  const ellipses = svg("g", { class: "n2r-cost-levels" });
  for (const level of levels) {
    ellipses.append(svg("path", { d: `${polyline(level.map(([w, b]) => [x(w), y(b)]))}Z` }));
  }
  const path = svg("path", { class: "n2r-path" });
  const dots = svg("g", { class: "n2r-dots" });
  const here = svg("circle", { class: "n2r-chosen", r: 6 });
  drawing.append(
    ellipses,
    svg("path", { class: "n2r-bottom", d: `M${x(best[0]) - 5} ${y(best[1])}h10M${x(best[0])} ${y(best[1]) - 5}v10` }),
    svg("text", { class: "n2r-note", x: x(best[0]) + 9, y: y(best[1]) + 5 }, "the best line"),
    path,
    dots,
    here,
  );
  const showPath = (points, at) => {
    const onPaper = points.map(([w, b]) => [x(w), y(b)]);
    set(path, { d: polyline(onPaper) });
    dots.replaceChildren(...onPaper.slice(1).map(([cx, cy]) => svg("circle", { cx, cy, r: 2.5 })));
    const [cx, cy] = onPaper[at] ?? [0, 0];
    set(here, { cx, cy, opacity: onPaper.length ? 1 : 0 });
  };
  return { ...plotted, showPath };
}

export default { render };
