// The learning-rate explorer: a valley from above and in section, the learner's path in both.
import { button, clamp, draggable, figureBox, fixed, html, number, plot, polyline, rangeInput, set, svg } from "./drawing.js";

const SIZE = { width: 440, height: 330 };
const NUDGE = 0.1;
const LEVELS = 9;
const NUMBERED_STEPS = 3;
const ROOM_FOR_NUMBER = 18; // pixels between two steps, below which numbers would pile up
const VERDICTS = {
  slow: ["Slow", "n2r-slow"],
  good: ["Good", "n2r-good"],
  oscillating: ["Oscillating", "n2r-oscillating"],
  diverging: ["Diverging", "n2r-diverging"],
};

function render({ model, el }) {
  const [flat, steep] = model.get("curvatures");
  const [ux, uy] = model.get("steepest");
  const height = (x, y) => {
    const s = x * ux + y * uy;
    const t = -x * uy + y * ux;
    return 0.5 * (flat * t * t + steep * s * s);
  };

  const judgement = html("p", { class: "n2r-verdict" });
  const reach = model.get("reach");
  const section = sectionPlot(steep, reach.cut);
  const above = abovePlot({ flat, steep, ux, uy }, reach.x);
  const rate = rateSlider(model);
  const reset = button("Reset", () => {
    model.set("start", model.get("first").start);
    model.set("learning_rate", model.get("first").learningRate);
    model.save_changes();
  });

  // s counts along the steepest direction, t across it. The ball stays inside both pictures.
  const moveAlong = (s, t) => {
    const held = clamp(s, -reach.cut, reach.cut);
    model.set("start", [held * ux - t * uy, held * uy + t * ux]);
    model.save_changes();
  };
  const moveTo = (wantedX, wantedY) => {
    const [x, y] = [clamp(wantedX, -reach.x, reach.x), clamp(wantedY, -reach.y, reach.y)];
    moveAlong(x * ux + y * uy, -x * uy + y * ux);
  };
  const moveAcross = (s) => {
    const [x, y] = model.get("start");
    moveAlong(s, -x * uy + y * ux);
  };
  const ball = draggable(above, "Start point, seen from above", {
    move: moveTo,
    nudge: (dx, dy) => {
      const [x, y] = model.get("start");
      moveTo(x + NUDGE * dx, y + NUDGE * dy);
    },
  });
  const cutBall = draggable(section, "Start point along the steepest direction", {
    move: (s) => moveAcross(s),
    nudge: (dx, dy) => {
      const [x, y] = model.get("start");
      moveAcross(x * ux + y * uy + NUDGE * (dx || dy));
    },
  });

  const { box, say, showTrouble } = figureBox(
    el,
    model,
    "Learning-rate explorer",
    judgement,
    html(
      "div",
      { class: "n2r-panels" },
      panel("The cut along the steepest direction", section.node),
      panel("The valley from above", above.node),
    ),
    html("div", { class: "n2r-controls" }, rate.node, reset),
  );

  const placeStart = () => {
    const [x, y] = model.get("start");
    const s = x * ux + y * uy;
    ball.place(x, y, x, `x ${fixed(x)}, y ${fixed(y)}, height ${fixed(height(x, y))}`);
    cutBall.place(s, 0.5 * steep * s * s, s, `${fixed(s)} from the bottom, height ${fixed(0.5 * steep * s * s)}`);
  };
  const showRun = () => {
    const rates = model.get("learning_rates");
    const learningRate = model.get("learning_rate");
    const { path = [], verdict = "", words, trouble = "" } = model.get("runs")[nearest(rates, learningRate)];
    section.showPath(path.map(([x, y]) => x * ux + y * uy).map((s) => [s, 0.5 * steep * s * s]), verdict);
    above.showPath(path, verdict);
    showTrouble(trouble);
    set(box, { "data-verdict": verdict, "data-drawn-learning-rate": learningRate });
    if (!verdict) return;
    const [word, style] = VERDICTS[verdict];
    const share = `Learning rate ${number(learningRate)} = ${number((learningRate * steep) / 2, 2)} × the stable limit.`;
    judgement.className = `n2r-verdict ${style}`;
    judgement.replaceChildren(html("strong", {}, word), html("span", {}, words), html("small", {}, share));
    say(`${word}. ${words} ${share}`);
  };
  model.on("change:start", placeStart);
  model.on("change:learning_rate", rate.show);
  model.on("change:learning_rate", showRun);
  model.on("change:runs", showRun);
  placeStart();
  rate.show();
  showRun();
}

// The stop of the slider that is nearest to a learning rate, by factor.
function nearest(rates, rate) {
  const factors = rates.map((stop) => Math.abs(Math.log(stop / rate)));
  return factors.indexOf(Math.min(...factors));
}

function panel(title, drawing) {
  return html("div", { class: "n2r-panel" }, html("p", { class: "n2r-title", "aria-hidden": "true" }, title), drawing);
}

// The path as a line, a dot for every step, and numbers at the first few.
function pathLayer(plotted) {
  const line = svg("path", { class: "n2r-path" });
  const dots = svg("g", { class: "n2r-dots" });
  plotted.drawing.append(line, dots);
  return (path, verdict) => {
    const points = verdict === "diverging" ? untilItLeaves(path, plotted.domain) : path;
    const onPaper = points.map(([x, y]) => [plotted.x(x), plotted.y(y)]);
    set(line, { d: polyline(onPaper), "data-steps": Math.max(path.length - 1, 0) });
    dots.replaceChildren(
      ...onPaper.slice(1).map(([cx, cy]) => svg("circle", { cx, cy, r: 3.2 })),
      ...onPaper.flatMap(([x, y], i) => {
        const stride = i ? Math.hypot(x - onPaper[i - 1][0], y - onPaper[i - 1][1]) : 0;
        const numbered = i <= NUMBERED_STEPS && stride > ROOM_FOR_NUMBER;
        return numbered ? [svg("text", { x: x + 7, y: y - 6 }, String(i))] : [];
      }),
    );
  };
}

// A ball that flies apart is drawn until it is out of the picture: what follows would only scribble.
function untilItLeaves(points, { x, y }) {
  const gone = points.findIndex(([px, py]) => px < x[0] || px > x[1] || py < y[0] || py > y[1]);
  return gone < 0 ? points : points.slice(0, gone + 1);
}

function sectionPlot(steep, reach) {
  const top = 0.5 * steep * reach ** 2;
  const plotted = plot({
    domain: { x: [-reach, reach], y: [-0.06 * top, top] },
    labels: {
      name: "Height along the steepest direction, with the path of the ball",
      x: "distance s from the bottom, along the steepest direction",
      y: "height f",
    },
    size: SIZE,
  });
  const samples = Array.from({ length: 121 }, (_, i) => reach * (i / 60 - 1));
  plotted.drawing.append(
    svg("path", { class: "n2r-curve", d: polyline(samples.map((s) => [plotted.x(s), plotted.y(0.5 * steep * s * s)])) }),
  );
  return { ...plotted, showPath: pathLayer(plotted) };
}

function abovePlot({ flat, steep, ux, uy }, reach) {
  const aspect = (SIZE.height - 52) / (SIZE.width - 56);
  const half = reach * aspect;
  const plotted = plot({
    domain: { x: [-reach, reach], y: [-half, half] },
    labels: { name: "Level sets of the valley, with the path of the ball", x: "x", y: "y" },
    size: SIZE,
    ticks: { y: [-2, -1, 0, 1, 2] },
  });
  const { x, y, drawing } = plotted;
  const unit = x(1) - x(0);
  const turn = (Math.atan2(-uy, ux) * 180) / Math.PI;
  const levels = svg("g", { class: "n2r-levels", transform: `translate(${x(0)} ${y(0)}) rotate(${turn})` });
  const widest = 6.5;
  for (let i = LEVELS; i >= 1; i--) {
    const across = (widest * i) / LEVELS / Math.sqrt(steep / flat);
    levels.append(svg("ellipse", { rx: across * unit, ry: across * unit * Math.sqrt(steep / flat) }));
  }
  const long = 9;
  drawing.append(
    levels,
    svg("path", {
      class: "n2r-cut",
      d: polyline([
        [x(-long * ux), y(-long * uy)],
        [x(long * ux), y(long * uy)],
      ]),
    }),
    svg("path", { class: "n2r-bottom", d: `M${x(0) - 5} ${y(0)}h10M${x(0)} ${y(0) - 5}v10` }),
  );
  const endOfCut = -half / uy + 0.1;
  plotted.above.append(
    svg("text", { class: "n2r-note", x: x(endOfCut * ux) + 8, y: y(endOfCut * uy) - 6 }, "the cut"),
  );
  return { ...plotted, showPath: pathLayer(plotted) };
}

// The slider's scale is logarithmic: the same distance is the same factor.
function rateSlider(model) {
  const rates = model.get("learning_rates");
  const limit = 2 / model.get("curvatures")[1];
  const last = rates.length - 1;
  const share = (rate) => Math.log(rate / rates[0]) / Math.log(rates[last] / rates[0]);
  const value = html("span", { class: "n2r-value" });
  const input = rangeInput("Learning rate", last, (stop) => {
    model.set("learning_rate", rates[stop]);
    model.save_changes();
  });
  const scale = html("div", { class: "n2r-scale", "aria-hidden": "true" });
  for (const mark of [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]) {
    if (mark < rates[0] * 0.99 || mark > rates[last] * 1.01) continue;
    scale.append(html("span", { class: "n2r-mark", style: `--at: ${share(mark)}` }, String(mark)));
  }
  const limitMark = html(
    "span",
    { class: "n2r-limit" },
    "stable limit 2/λ",
    html("sub", {}, "max"),
    ` = ${number(limit)}`,
  );
  const track = html("div", { class: "n2r-track", style: `--limit-at: ${share(limit)}` }, limitMark, input, scale);
  const node = html("div", { class: "n2r-slider" }, html("span", { class: "n2r-label" }, "Learning rate η", value), track);

  const show = () => {
    const rate = model.get("learning_rate");
    input.value = String(nearest(rates, rate));
    value.textContent = number(rate);
    const side = rate <= limit * (1 + 1e-9) ? "below or at" : "above";
    set(input, { "aria-valuetext": `${number(rate)}, ${side} the stable limit ${number(limit)}` });
  };
  return { node, show };
}

export default { render };
