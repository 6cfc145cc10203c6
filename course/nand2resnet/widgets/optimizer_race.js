// The optimiser race: everyone's way from above, everyone's height by steps, a row of controls each.
import { KEEPS_ARROW_KEYS, button, clamp, draggable, figureBox, fixed, html, number, plot, polyline, rangeInput, set, svg } from "./drawing.js";
import { oneOf } from "./controls.js";

const SIZE = { width: 460, height: 350 };
const LOWEST = -8; // of the logarithm of a height that is shown
const NUDGES = 50; // from one side of the picture to the other
const BALL = 8;
const ROOM_FOR_BALLS = 1.04; // at the end of the axis
const FRAMES = 120; // of a race from start to end
const MILLISECONDS = 33; // a frame

function render({ model, el }) {
  const racers = model.get("racers");
  const tracks = model.get("tracks");
  const { rates, momenta, usual } = model.get("stops");
  const sitting = new Set();
  let shown = Infinity; // steps of everyone that are drawn
  let playing;

  const words = html("p", { class: "n2r-verdict" });
  const panels = html("div", { class: "n2r-panels" });
  const change = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const enter = (name, more = {}) => {
    shown = Infinity;
    change({ track: name, start: tracks[name].start, rates: tracks[name].rates, ...more });
  };
  const choice = oneOf("Track", Object.keys(tracks).map((name) => ({ value: name, text: name })), (name) => enter(name));
  const momentum = stopSlider("Momentum ρ (Adam: β₁)", momenta, (value) => change({ momentum: value }));
  const clock = stepSlider((step) => {
    pause();
    shown = step;
    draw();
  });
  const play = button("Play", () => (playing ? pause() : start()));
  const reset = button("Reset", () => {
    pause();
    sitting.clear();
    enter(Object.keys(tracks)[0], { momentum: usual });
  });
  const rows = Object.entries(racers).map(([racer, [letter, name]]) =>
    racerRow(racer, letter, name, rates, {
      rate: (value) => change({ rates: { ...model.get("rates"), [racer]: value } }),
      races: (does) => {
        if (does) sitting.delete(racer);
        else sitting.add(racer);
        show();
      },
    }),
  );
  const { box, say } = figureBox(
    el,
    model,
    "Optimiser race",
    choice.node,
    words,
    panels,
    html("div", { class: "n2r-controls" }, clock.node, play, reset),
    html("div", { class: "n2r-controls" }, momentum.node),
    html("div", { class: "n2r-race-rows" }, ...rows.map(({ node }) => node)),
  );
  box.classList.add("n2r-race");

  let above;
  let heights;
  let ball;
  let built = "";
  const build = () => {
    const track = tracks[model.get("track")];
    const key = JSON.stringify([model.get("track"), top()]);
    if (key === built) return;
    built = key;
    above = trackPlot(track, racers);
    heights = heightPlot(track, racers, top());
    const moveTo = (x, y) => change({ start: [clamp(x, ...track.x), clamp(y, ...track.y)] });
    ball = draggable(above, "Start", {
      move: moveTo,
      nudge: (dx, dy) => {
        const [x, y] = model.get("start");
        moveTo(x + (dx * (track.x[1] - track.x[0])) / NUDGES, y + (dy * (track.y[1] - track.y[0])) / NUDGES);
      },
    });
    panels.replaceChildren(panel("The track from above", above.node), panel("Height above the bottom", heights.node));
  };
  // Room for everyone's height at the start, which all have in common.
  const top = () => {
    const run = Object.values(model.get("runs")).find(({ heights: logs }) => logs);
    return Math.ceil((run ? run.heights[0] : 1) + 0.3);
  };
  const draw = () => {
    const runs = model.get("runs");
    const { steps } = tracks[model.get("track")];
    const until = Math.min(shown, steps);
    for (const racer of Object.keys(racers)) {
      const { path = [], heights: logs = [] } = sitting.has(racer) ? {} : runs[racer];
      above.showRun(racer, path.slice(0, until + 1));
      heights.showRun(racer, logs.slice(0, until + 1).map((log, step) => [step, Math.max(log, LOWEST)]));
    }
    clock.show(until, steps);
    set(box, { "data-steps-shown": until });
  };
  const show = () => {
    const runs = model.get("runs");
    build();
    choice.show(model.get("track"));
    momentum.show(model.get("momentum"));
    rows.forEach(({ show: showRow, racer }) => showRow(model.get("rates")[racer], runs[racer], !sitting.has(racer)));
    const [x, y] = model.get("start");
    ball.place(x, y, x, `x ${fixed(x)}, y ${fixed(y, 3)}`);
    draw();
    const told = result(Object.entries(racers).filter(([racer]) => !sitting.has(racer)), runs);
    words.replaceChildren(html("strong", {}, told.heading), html("span", {}, told.rest));
    set(box, { "data-first": told.first });
    say(`${told.heading} ${told.rest}`);
  };
  const start = () => {
    const { steps } = tracks[model.get("track")];
    if (shown >= steps) shown = 0;
    play.textContent = "Pause";
    playing = setInterval(() => {
      shown += Math.max(1, Math.round(steps / FRAMES));
      if (shown >= steps) pause();
      draw();
    }, MILLISECONDS);
  };
  const pause = () => {
    clearInterval(playing);
    playing = undefined;
    play.textContent = "Play";
  };
  model.on("change:runs", show);
  model.on("change:start", show);
  show();
  return pause;
}

// Who is first, and what became of the others.
function result(racing, runs) {
  const named = ([racer, [, name]]) => `${name} (${runs[racer].arrived})`;
  const there = racing.filter(([racer]) => Number.isInteger(runs[racer].arrived)).sort(([a], [b]) => runs[a].arrived - runs[b].arrived);
  const out = racing.filter(([racer]) => Number.isInteger(runs[racer].out)).map(([, [, name]]) => name);
  if (!racing.length) return { first: "", heading: "Nobody races", rest: "Tick somebody below." };
  if (!there.length) {
    return { first: "", heading: "Nobody is there yet", rest: out.length ? `Out of the picture: ${out.join(", ")}.` : "" };
  }
  const [[first, [, name]], ...others] = there;
  const then = others.length ? `Then ${others.map(named).join(", ")}. ` : "";
  return {
    first,
    heading: `${name} is first, after ${runs[first].arrived} steps`,
    rest: then + (out.length ? `Out of the picture: ${out.join(", ")}.` : ""),
  };
}

function panel(title, drawing) {
  return html("div", { class: "n2r-panel" }, html("p", { class: "n2r-title", "aria-hidden": "true" }, title), drawing);
}

function trackPlot({ x, y, levels, bottoms }, racers) {
  const plotted = plot({ domain: { x, y }, labels: { name: "The track from above, with everyone's way", x: "x", y: "y" }, size: SIZE });
  const lines = levels.map((line) => polyline(line.map(([a, b]) => [plotted.x(a), plotted.y(b)]))).join("");
  const crosses = bottoms.map(([a, b]) => `M${plotted.x(a) - 5} ${plotted.y(b)}h10m-5 -5v10`).join("");
  plotted.drawing.append(svg("path", { class: "n2r-race-levels", d: lines }), svg("path", { class: "n2r-bottom", d: crosses }));
  return { ...plotted, showRun: runLayer(plotted, racers) };
}

function heightPlot({ steps }, racers, top) {
  const plotted = plot({
    domain: { x: [0, steps * ROOM_FOR_BALLS], y: [LOWEST - 0.5, top] },
    labels: { name: "Everyone's height above the bottom, by steps", x: "step", y: "height, as a power of ten" },
    size: SIZE,
  });
  return { ...plotted, showRun: runLayer(plotted, racers) };
}

// A line and a ball with a letter for everyone.
function runLayer(plotted, racers) {
  const parts = Object.fromEntries(
    Object.entries(racers).map(([racer, [letter]]) => {
      const line = svg("path", { class: "n2r-race-path", "data-racer": racer });
      const disc = svg("g", { class: "n2r-race-ball", "data-racer": racer }, svg("circle", { r: BALL }), svg("text", { y: 4 }, letter));
      return [racer, { line, disc }];
    }),
  );
  plotted.drawing.append(...Object.values(parts).map(({ line }) => line), ...Object.values(parts).map(({ disc }) => disc));
  return (racer, points) => {
    const { line, disc } = parts[racer];
    const onPaper = points.map(([x, y]) => [plotted.x(x), plotted.y(y)]);
    set(line, { d: polyline(onPaper) });
    const [x, y] = onPaper.at(-1) ?? [-99, -99];
    set(disc, { transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})` });
  };
}

// A racer's name, learning rate and result; races(false) lets it sit out.
function racerRow(racer, letter, name, rates, { rate, races }) {
  const tick = html("input", { type: "checkbox", "aria-label": `${name} races`, ...KEEPS_ARROW_KEYS });
  tick.addEventListener("change", () => races(tick.checked));
  const badge = html("span", { class: "n2r-race-badge", "aria-hidden": "true" }, letter);
  const value = html("span", { class: "n2r-race-rate" });
  const input = rangeInput(`Learning rate of ${name}`, rates.length - 1, (stop) => rate(rates[stop]));
  const words = html("p", { class: "n2r-race-words" });
  const node = html(
    "div",
    { class: "n2r-race-row", "data-racer": racer },
    tick,
    html("label", {}, badge, name),
    html("div", { class: "n2r-track" }, input),
    value,
    words,
  );
  node.querySelector("label").addEventListener("click", () => tick.click());
  const show = (learningRate, { words: told = "", trouble = "" }, racing) => {
    tick.checked = racing;
    node.classList.toggle("n2r-sits-out", !racing);
    input.value = String(nearest(rates, learningRate));
    value.textContent = number(learningRate);
    words.replaceChildren(...(trouble || told).split("`").map((part, i) => (i % 2 ? html("code", {}, part) : part)));
    set(input, { "aria-valuetext": `${number(learningRate)}: ${(trouble || told).replaceAll("`", "")}` });
  };
  return { node, show, racer };
}

// A slider over given values.
function stopSlider(name, stops, onInput) {
  const value = html("span", { class: "n2r-value" });
  const input = rangeInput(name, stops.length - 1, (stop) => onInput(stops[stop]));
  const track = html("div", { class: "n2r-track n2r-plain-track" }, input);
  const node = html("div", { class: "n2r-slider" }, html("span", { class: "n2r-label" }, name, value), track);
  const show = (number_) => {
    input.value = String(stops.indexOf(number_));
    value.textContent = number(number_);
    set(input, { "aria-valuetext": number(number_) });
  };
  return { node, show };
}

// How many steps are shown; the slider's end is the track's.
function stepSlider(onInput) {
  const value = html("span", { class: "n2r-value" });
  const input = rangeInput("Steps shown", 1, onInput);
  const track = html("div", { class: "n2r-track n2r-plain-track" }, input);
  const node = html("div", { class: "n2r-slider" }, html("span", { class: "n2r-label" }, "Steps shown", value), track);
  const show = (steps, last) => {
    input.max = String(last);
    input.value = String(steps);
    value.textContent = String(steps);
    set(input, { "aria-valuetext": `${steps} of ${last}` });
  };
  return { node, show };
}

// The stop that is nearest to a learning rate, by factor.
function nearest(stops, rate) {
  const factors = stops.map((stop) => Math.abs(Math.log(stop / rate)));
  return factors.indexOf(Math.min(...factors));
}

export default { render };
