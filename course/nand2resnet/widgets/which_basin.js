// Which basin? A landscape in section, a ball, a prediction, and the learner's own path.
import { KEEPS_ARROW_KEYS, button, clamp, draggable, figureBox, fixed, html, number, plot, polyline, set, svg } from "./drawing.js";

const SIZE = { width: 720, height: 300 };
const NUDGE = 0.1;
const LONGEST_ROLL = 2600; // milliseconds
const LONGEST_HOP = 160;

function render({ model, el }) {
  const land = landscapePlot(model.get("landscape"));
  const words = html("p", { class: "n2r-verdict" });
  const rates = learningRates(model);
  const predictions = predictionChoice(model);
  const score = html("span", { class: "n2r-score" });
  const press = (name) => () => model.send({ button: name });
  const run = button("Run", press("run"));
  run.classList.add("n2r-main");
  const next = button("Next ball", press("next"));
  const reset = button("Reset", press("reset"));

  const moveTo = (x) => {
    model.set("start", clamp(x, -5.9, 5.9));
    model.save_changes();
  };
  const ball = draggable(land, "Start of the ball", {
    move: (x) => moveTo(x),
    nudge: (dx, dy) => moveTo(model.get("start") + NUDGE * (dx || dy)),
  });

  const { box, say } = figureBox(
    el,
    model,
    "Which basin?",
    words,
    html("div", { class: "n2r-wide" }, land.node),
    html("div", { class: "n2r-choices" }, rates.node, predictions.node),
    html("div", { class: "n2r-controls" }, run, next, reset, score),
  );

  let rolling = 0; // the animation frame that is asked for, 0 when the ball lies still
  const showPhase = () => {
    const { words: told, right, ending } = model.get("result");
    const phase = rolling ? "rolling" : told ? "done" : "predict";
    const predicted = model.get("prediction");
    set(box, { "data-phase": phase, "data-ending": phase === "done" ? ending : "" });
    predictions.show(predicted, phase !== "predict");
    rates.show();
    run.disabled = phase !== "predict" || predicted === "" || model.get("trouble") !== "";
    const [hits, all] = model.get("score");
    if (phase !== "rolling") score.textContent = all ? `${hits} of ${all} predictions right` : "";
    const heading = { predict: "Predict", rolling: "Rolling", done: right ? "Right" : "Not this time" }[phase];
    const sentence = {
      predict: predicted
        ? `You predict ${predicted}. Press Run.`
        : "Where will the ball come to rest? Choose a place below, then press Run.",
      rolling: `You predict ${predicted}.`,
      done: right ? told : `You predicted ${predicted}. ${told}`,
    }[phase];
    words.className = `n2r-verdict ${phase !== "done" ? "" : right ? "n2r-good" : "n2r-diverging"}`;
    const ballNow = `Start ${fixed(model.get("start"))}, learning rate ${number(model.get("learning_rate"))}.`;
    words.replaceChildren(html("strong", {}, heading), html("span", {}, sentence), html("small", {}, ballNow));
    if (phase !== "rolling") say(`${heading}. ${sentence} ${ballNow} ${score.textContent}`);
  };
  const placeBall = () => {
    const x = model.get("start");
    ball.place(x, land.height(x), x, `${fixed(x)}, height ${fixed(land.height(x))}`);
  };
  const showResult = () => {
    cancelAnimationFrame(rolling);
    rolling = 0;
    const { path = [] } = model.get("result");
    land.showPath(path, path.length - 1);
    showPhase();
  };
  const roll = () => {
    const { path } = model.get("result");
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!path || path.length < 2 || still) return showResult();
    const hop = Math.min(LONGEST_ROLL / (path.length - 1), LONGEST_HOP);
    let began;
    const frame = (now) => {
      began ??= now;
      const reached = (now - began) / hop;
      if (reached >= path.length - 1) return showResult();
      land.showPath(path, reached);
      rolling = requestAnimationFrame(frame);
    };
    cancelAnimationFrame(rolling);
    rolling = requestAnimationFrame(frame);
    showPhase();
  };
  model.on("change:start", placeBall);
  model.on("change:result", roll);
  for (const name of ["start", "learning_rate", "prediction", "score", "trouble"]) model.on(`change:${name}`, showPhase);
  placeBall();
  showResult();
  return () => cancelAnimationFrame(rolling);
}

function landscapePlot({ x: xs, height: heights, landmarks }) {
  const lowest = Math.min(...heights);
  const plotted = plot({
    domain: { x: [xs[0], xs.at(-1)], y: [lowest - 0.9, Math.max(...heights) + 0.1] },
    labels: { name: "The landscape with the ball", x: "x", y: "height" },
    size: SIZE,
    ticks: { x: [-6, -4, -2, 0, 2, 4, 6] },
  });
  const { x, y, drawing, inner } = plotted;
  const line = polyline(xs.map((at, i) => [x(at), y(heights[i])]));
  const height = (at) => {
    const place = clamp(((at - xs[0]) / (xs.at(-1) - xs[0])) * (xs.length - 1), 0, xs.length - 1.001);
    const i = Math.floor(place);
    return heights[i] + (place - i) * (heights[i + 1] - heights[i]);
  };
  const trail = svg("path", { class: "n2r-path" });
  const dots = svg("g", { class: "n2r-dots" });
  const ball = svg("circle", { class: "n2r-rolling", r: 8 });
  drawing.append(
    svg("path", { class: "n2r-ground", d: `${line}L${inner.width} ${inner.height}L0 ${inner.height}Z` }),
    svg("path", { class: "n2r-curve", d: line }),
    ...landmarks.flatMap(({ letter, name, x: at }) => [
      svg("text", { class: "n2r-letter", x: x(at), y: y(height(at)) + 24, "text-anchor": "middle" }, letter),
      svg("text", { class: "n2r-note", x: x(at), y: y(height(at)) + 39, "text-anchor": "middle" }, name),
    ]),
    trail,
    dots,
    ball,
  );
  // The path as far as `reached` steps; a fraction is a ball in the middle of its hop.
  const showPath = (path, reached) => {
    const onPaper = (at) => [x(at), y(height(at))];
    const landed = path.slice(0, Math.floor(reached) + 1).map(onPaper);
    const target = path[Math.floor(reached) + 1];
    if (target !== undefined && landed.length) {
      const [[ax, ay], [bx, by]] = [landed.at(-1), onPaper(target)];
      const part = reached - Math.floor(reached);
      landed.push([ax + part * (bx - ax), ay + part * (by - ay)]);
    }
    set(trail, { d: polyline(landed) });
    dots.replaceChildren(...landed.slice(1).map(([cx, cy]) => svg("circle", { cx, cy, r: 3 })));
    const [bx, by] = landed.at(-1) ?? [0, 0];
    set(ball, { cx: bx, cy: by, opacity: landed.length > 1 ? 1 : 0 });
  };
  return { ...plotted, height, showPath };
}

function learningRates(model) {
  const choice = radioGroup(
    "Learning rate η",
    model.get("landscape").learningRates.map((rate) => ({ value: String(rate), text: number(rate) })),
    (value) => {
      model.set("learning_rate", Number(value));
      model.save_changes();
    },
  );
  return { node: choice.node, show: () => choice.show(String(model.get("learning_rate")), false) };
}

function predictionChoice(model) {
  const { landmarks, nowhere } = model.get("landscape");
  const places = landmarks.map(({ letter, name }) => ({ value: letter, text: `${letter} ${name}` }));
  return radioGroup(
    "My prediction",
    [...places, { value: nowhere, text: `${nowhere} it never settles` }],
    (value) => {
      model.set("prediction", value);
      model.save_changes();
    },
  );
}

function radioGroup(legend, options, onChoice) {
  const name = `n2r-${Math.random().toString(36).slice(2)}`;
  const inputs = options.map(({ value }) => html("input", { type: "radio", name, value, ...KEEPS_ARROW_KEYS }));
  const labels = options.map(({ text }, i) => html("label", {}, inputs[i], text));
  const node = html("fieldset", {}, html("legend", {}, legend), ...labels);
  node.addEventListener("change", (event) => onChoice(event.target.value));
  const show = (value, locked) => {
    for (const input of inputs) input.checked = input.value === value;
    node.disabled = locked;
  };
  return { node, show };
}

export default { render };
