// Gradients of many batches around the exact one, and their spread against the size of the batch.
import { button, figureBox, fixed, html, number, plot, polyline, rangeInput, set, svg } from "./drawing.js";

const SIZE = { width: 440, height: 330 };
const SMALLEST_SPREAD = 0.003; // of the largest: the batch of all samples has none, off the scale

function render({ model, el }) {
  const words = html("p", { class: "n2r-verdict" });
  const panels = html("div", { class: "n2r-panels" });
  const input = rangeInput("Size of the batch", 0, (chosen) => {
    model.set("chosen", chosen);
    model.save_changes();
  });
  const value = html("span", { class: "n2r-value" });
  const slider = html(
    "div",
    { class: "n2r-slider" },
    html("span", { class: "n2r-label" }, "Size of the batch m", value),
    html("div", { class: "n2r-track n2r-even-track" }, input),
  );
  const reset = button("Reset", () => {
    model.set("chosen", model.get("first"));
    model.save_changes();
  });
  const { box, say } = figureBox(
    el,
    model,
    "Gradient noise",
    words,
    panels,
    html("div", { class: "n2r-controls" }, slider, reset),
  );
  const noise = model.get("noise");
  if (!noise.sizes) return;

  const cloud = cloudPlot(noise);
  const curve = spreadPlot(noise);
  panels.append(
    panel("Dots: the gradients of batches; cross: of all", cloud.node),
    panel("How far the dots are from the cross", curve.node),
  );
  set(input, { max: String(noise.sizes.length - 1) });

  const show = () => {
    const chosen = model.get("chosen");
    const size = noise.sizes[chosen];
    const spread = noise.measured[chosen];
    const all = noise.sizes[noise.sizes.length - 1];
    const share = spread / Math.hypot(...noise.exact);
    cloud.show(chosen);
    curve.show(chosen);
    input.value = String(chosen);
    value.textContent = String(size);
    set(input, { "aria-valuetext": `${size} of ${all} samples` });
    const told = `Batches of ${size}: typically ${number(spread, 2)} away from the exact gradient, ${fixed(100 * share, 0)}% of its length.`;
    const meaning =
      size === all
        ? "All samples in one batch: no chance, no noise."
        : "Four times as many samples, half the noise.";
    words.replaceChildren(html("span", { class: "n2r-reading" }, told), html("small", {}, meaning));
    set(box, { "data-size": size, "data-spread": spread });
    say(`${told} ${meaning}`);
  };
  model.on("change:chosen", show);
  show();
}

function panel(title, drawing) {
  return html("div", { class: "n2r-panel" }, html("p", { class: "n2r-title", "aria-hidden": "true" }, title), drawing);
}

function cloudPlot({ gradients, exact }) {
  const reach = (i) => {
    const farthest = Math.max(Math.abs(exact[i]), ...gradients[0].map((g) => Math.abs(g[i] - exact[i])));
    return [exact[i] - 1.05 * farthest, exact[i] + 1.05 * farthest];
  };
  const plotted = plot({
    domain: { x: reach(0), y: reach(1) },
    labels: { name: "Gradients of batches around the exact gradient", x: "along w", y: "along b" },
    size: SIZE,
  });
  const { x, y, drawing } = plotted;
  const dots = svg("g", { class: "n2r-estimates" });
  drawing.append(
    dots,
    svg("path", { class: "n2r-cut", d: `M${x(0)} 0V${plotted.inner.height}M0 ${y(0)}H${plotted.inner.width}` }),
    svg("path", { class: "n2r-bottom", d: `M${x(exact[0]) - 8} ${y(exact[1])}h16M${x(exact[0])} ${y(exact[1]) - 8}v16` }),
  );
  const show = (chosen) =>
    dots.replaceChildren(...gradients[chosen].map(([dw, db]) => svg("circle", { cx: x(dw), cy: y(db), r: 3.5 })));
  return { ...plotted, show };
}

function spreadPlot({ sizes, measured, theory }) {
  const log = Math.log10;
  const top = log(Math.max(...measured, ...theory)) + 0.15;
  const plotted = plot({
    domain: { x: [-0.1, log(sizes[sizes.length - 1]) + 0.1], y: [top + log(SMALLEST_SPREAD), top] },
    labels: {
      name: "Spread of the gradients against the size of the batch",
      x: "size of the batch m (logarithmic)",
      y: "spread (logarithmic)",
    },
    size: SIZE,
    ticks: { x: [], y: [] },
  });
  const { x, y, drawing, inner } = plotted;
  const bottom = 10 ** plotted.domain.y[0] / 10;
  const at = (values) => values.map((spread, i) => [x(log(sizes[i])), y(log(Math.max(spread, bottom)))]);
  const chosenDot = svg("circle", { class: "n2r-chosen", r: 8 });
  drawing.append(svg("path", { class: "n2r-cut", d: polyline(at(theory)) }));
  drawing.append(svg("path", { class: "n2r-measured", d: polyline(at(measured)) }));
  for (const [cx, cy] of at(measured)) drawing.append(svg("circle", { class: "n2r-here", cx, cy, r: 4 }));
  drawing.append(
    chosenDot,
    svg("text", { class: "n2r-note", x: 12, y: inner.height - 28 }, "dashed: theory, σ/√m (and none once m is all)"),
    svg("text", { class: "n2r-note", x: 12, y: inner.height - 12 }, "line with dots: measured with your gradient"),
  );
  for (let power = Math.ceil(plotted.domain.y[0]); power <= top; power++) {
    const tick = { x: -7, y: y(power) + 4, "text-anchor": "end", "aria-hidden": "true" };
    plotted.above.append(svg("text", tick, number(10 ** power)));
    drawing.append(svg("path", { class: "n2r-grid", d: `M0 ${y(power)}H${inner.width}` }));
  }
  sizes.forEach((size, i) => {
    if (i % 2 === 0 || i === sizes.length - 1) {
      plotted.above.append(
        svg("text", { x: x(log(size)), y: inner.height + 16, "text-anchor": "middle", "aria-hidden": "true" }, String(size)),
      );
    }
  });
  const show = (chosen) => {
    const [cx, cy] = at(measured)[chosen];
    set(chosenDot, { cx, cy: Math.min(cy, inner.height - 8) });
  };
  return { ...plotted, show };
}

export default { render };
