// Grid against random search: two pictures of the same landscape, with the trials of either.
import { button, figureBox, fixed, html, plot, resetButton, set, svg } from "./drawing.js";
import { numberSlider, oneOf } from "./controls.js";

const SIZE = { width: 440, height: 380 };
const DECADES = [0.001, 0.01, 0.1, 1];
const STRIPES = 60;
const MARK = 9; // length of a shadow at the edge

function render({ model, el }) {
  const { sides, width, duels } = model.get("scale");
  const words = html("p", { class: "n2r-verdict" });
  const plots = { grid: searchPlot("Grid", width), random: searchPlot("Your random search", width) };
  const change = (name, to) => {
    model.set(name, to);
    model.save_changes();
  };
  const trials = numberSlider(
    "Trials for each",
    { low: 0, high: sides.length - 1, step: 1, format: (stop) => String(sides[stop] ** 2) },
    (stop) => change("side", sides[stop]),
  );
  const matters = oneOf(
    "Which settings matter?",
    [
      { value: "one", text: "one of the two" },
      { value: "both", text: "both" },
    ],
    (value) => change("matters", value),
  );
  const again = button("New landscape", () => change("seed", model.get("seed") + 1));
  again.classList.add("n2r-main");
  const reset = resetButton(model);
  const { box, say } = figureBox(
    el,
    model,
    "Grid against random search",
    words,
    html("div", { class: "n2r-panels" }, panel("Grid", plots.grid.node), panel("Your random search", plots.random.node)),
    html("div", { class: "n2r-controls" }, again, trials.node, matters.node, reset),
  );

  const show = () => {
    trials.show(sides.indexOf(model.get("side")));
    matters.show(model.get("matters"));
    const duel = model.get("duel");
    const both = duel.matters === "both";
    for (const name of ["grid", "random"]) plots[name].showTrials(duel, duel[name], both);
    if (!duel.grid) return words.replaceChildren();
    const winner = duel.random.best > duel.grid.best ? "random search" : duel.random.best < duel.grid.best ? "the grid" : "nobody";
    const scores = `Best score: grid ${fixed(duel.grid.best)}, random ${fixed(duel.random.best)}; the top is 1.`;
    const count = `Of ${duels} such landscapes random search won ${duel.won}, the grid ${duel.lost}.`;
    words.replaceChildren(
      html("strong", {}, `This duel: ${winner}`),
      html("span", {}, scores),
      html("small", {}, count),
    );
    set(box, {
      "data-verdict": winner === "random search" ? "good" : "slow",
      "data-winner": winner,
      "data-won": duel.won,
      "data-lost": duel.lost,
      "data-tried": duel.random.places.length,
      "data-axis": duel.axis,
    });
    say(`This duel: ${winner}. ${scores} ${count}`);
  };
  for (const name of ["side", "matters", "duel"]) model.on(`change:${name}`, show);
  show();
}

function panel(title, drawing) {
  return html("div", { class: "n2r-panel" }, html("p", { class: "n2r-title", "aria-hidden": "true" }, title), drawing);
}

function searchPlot(name, width) {
  const plotted = plot({
    domain: { x: [0, 1], y: [0, 1] },
    labels: { name, x: "a", y: "b" },
    size: SIZE,
    ticks: { x: [], y: [] },
  });
  const { x, y, drawing, inner, above } = plotted;
  DECADES.forEach((value, i) => {
    const at = i / (DECADES.length - 1);
    above.append(
      svg("text", { x: x(at), y: inner.height + 16, "text-anchor": "middle" }, String(value)),
      svg("text", { x: -6, y: y(at) + 4, "text-anchor": "end" }, String(value)),
    );
  });
  const land = svg("g", { class: "n2r-ridge" });
  const top = svg("path", { class: "n2r-top-line" });
  const shadows = svg("g", { class: "n2r-shadows" });
  const tries = svg("g", { class: "n2r-tries" });
  drawing.append(land, top, shadows, tries);

  const showTrials = (duel, side, both) => {
    for (const group of [land, shadows, tries]) group.replaceChildren();
    set(top, { d: "" });
    if (!side) return;
    land.append(...(both ? hill(duel.top) : ridge(duel)));
    const [px, py] = [x(duel.top[0]), y(duel.top[1])];
    const across = duel.axis === 0;
    set(top, {
      d: both ? `M${px - 8} ${py}h16M${px} ${py - 8}v16` : across ? `M${px} 0V${inner.height}` : `M0 ${py}H${inner.width}`,
    });
    side.places.forEach(([a, b], i) => {
      const best = i === side.number;
      tries.append(svg("circle", { cx: x(a), cy: y(b), r: best ? 7 : 5, ...(best ? { class: "n2r-best-try" } : {}) }));
      if (both) return;
      shadows.append(
        across
          ? svg("rect", { x: x(a) - 1, y: inner.height - MARK, width: 2, height: MARK })
          : svg("rect", { x: 0, y: y(b) - 1, width: MARK, height: 2 }),
      );
    });
  };
  const opacity = (away) => (0.75 * Math.exp(-((away / width) ** 2))).toFixed(3);
  const ridge = ({ top: peak, axis }) =>
    Array.from({ length: STRIPES }, (_, i) => {
      const at = (i + 0.5) / STRIPES;
      const look = { "fill-opacity": opacity(at - peak[axis]) };
      return axis === 0
        ? svg("rect", { x: x(i / STRIPES), y: 0, width: inner.width / STRIPES + 0.5, height: inner.height, ...look })
        : svg("rect", { x: 0, y: y((i + 1) / STRIPES), width: inner.width, height: inner.height / STRIPES + 0.5, ...look });
    });
  const hill = ([cx, cy]) =>
    Array.from({ length: 12 }, (_, i) => {
      const away = ((12 - i) / 12) * 2.2 * width;
      return svg("ellipse", { cx: x(cx), cy: y(cy), rx: away * inner.width, ry: away * inner.height, "fill-opacity": 0.09 });
    });
  return { ...plotted, showTrials };
}

export default { render };
