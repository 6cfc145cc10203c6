// Occlusion: a patch that follows the pointer over a picture, and what the network says about it.
import { KEEPS_ARROW_KEYS, button, clamp, figureBox, fixed, html, resetButton, set } from "./drawing.js";
import { numberSlider } from "./controls.js";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function render({ model, el }) {
  const { names, labels, sizes, bars } = model.get("scale");
  const words = html("p", { class: "n2r-verdict" });
  const picture = html("canvas", { class: "n2r-photo n2r-large" });
  const hold = html(
    "div",
    { class: "n2r-hold", role: "slider", tabindex: "0", "aria-label": "Place of the patch", ...KEEPS_ARROW_KEYS },
    picture,
  );
  const list = html("div", { class: "n2r-bars", role: "img" });
  const map = html("canvas", { class: "n2r-photo n2r-large", role: "img" });
  const scale = html("p", { class: "n2r-part-note" });
  const mapPart = part("the right class, by place of the patch", map, scale);
  const change = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };
  const size = numberSlider(
    "Side of the patch",
    { low: sizes[0], high: sizes[1], step: sizes[2], decimals: 0, format: (value) => `${value} pixels` },
    (value) => change("size", value),
  );
  const extent = () => [model.get("picture").length, model.get("picture")[0]?.length ?? 0];
  const move = (row, column) => {
    const [rows, columns] = extent();
    if (rows) change("place", [clamp(row, 0, rows - 1), clamp(column, 0, columns - 1)]);
  };
  const follow = (event) => {
    const [rows, columns] = extent();
    const box = picture.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    move(row, Math.floor(((event.clientX - box.left) / box.width) * columns));
  };
  picture.addEventListener("pointermove", follow);
  picture.addEventListener("pointerdown", follow);
  hold.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const far = event.shiftKey ? 5 : 1;
    const [row, column] = model.get("place");
    move(row + far * step[0], column + far * step[1]);
  });
  const other = button("Another picture", () => change("chosen", (model.get("chosen") + 1) % labels.length));
  const every = button("Try every place", () => change("wants_map", !model.get("wants_map")));
  const { box, say } = figureBox(
    el,
    model,
    "Occlusion",
    words,
    html("div", { class: "n2r-scene" }, part("move the patch: pointer or arrow keys", hold), part("what the network says", list), mapPart),
    size.node,
    html("div", { class: "n2r-controls" }, other, every, resetButton(model)),
  );

  const show = () => {
    const shares = model.get("shares");
    size.show(model.get("size"));
    const wanted = model.get("wants_map");
    every.textContent = wanted ? "Hide the map" : "Try every place";
    if (!shares.length) return;
    paint(picture, model.get("picture"));
    const [right, place, alone] = [labels[model.get("chosen")], model.get("place"), model.get("alone")];
    const order = shares.map((_, i) => i).sort((a, b) => shares[b] - shares[a]);
    const shown = order.slice(0, Math.min(bars, order.length));
    if (!shown.includes(right)) shown.push(right);
    list.replaceChildren(...shown.map((i) => bar(names[i], shares[i], i === right)));
    const now = `${percent(shares[right])} ${names[right]}`;
    set(list, { "aria-label": shown.map((i) => `${names[i]} ${percent(shares[i])}`).join(", ") });
    const fooled = order[0] !== right;
    words.replaceChildren(
      html("strong", {}, `With the patch: ${now}`),
      html("span", {}, `without it: ${percent(alone)}.`),
      html("span", {}, fooled ? `It would now say “${names[order[0]]}”.` : "Still its first guess."),
    );
    const tried = model.get("map");
    mapPart.hidden = !tried.length;
    if (tried.length) {
      const [low, high] = [Math.min(...tried.flat()), Math.max(...tried.flat())];
      paint(map, tried.map((row) => row.map((value) => shade((value - low) / (high - low || 1)))));
      scale.textContent = `from ${percent(low)} (dark) to ${percent(high)} (light)`;
      set(map, { "aria-label": `Map: ${names[right]} ${scale.textContent}; dark where the patch hurts most` });
    }
    set(hold, {
      "aria-valuenow": place[0] * extent()[1] + place[1],
      "aria-valuemin": 0,
      "aria-valuemax": extent()[0] * extent()[1] - 1,
      "aria-valuetext": `row ${place[0] + 1}, column ${place[1] + 1}: ${now}`,
    });
    set(box, {
      "data-place": place.join(","),
      "data-share": shares[right].toFixed(4),
      "data-chosen": model.get("chosen"),
      "data-map": tried.length ? `${tried.length}x${tried[0].length}` : "",
    });
    say(`${now}; without the patch ${percent(alone)}.`);
  };
  for (const name of ["picture", "shares", "map", "alone", "place", "size", "wants_map"]) model.on(`change:${name}`, show);
  show();
}

function part(name, ...nodes) {
  return html("div", { class: "n2r-part n2r-third" }, html("p", { class: "n2r-part-name" }, name), ...nodes);
}

function bar(name, share, isRight) {
  const filled = html("span", { class: isRight ? "n2r-share n2r-right" : "n2r-share" });
  filled.style.width = `${(100 * share).toFixed(1)}%`;
  return html(
    "div",
    { class: "n2r-bar" },
    html("span", { class: "n2r-bar-name" }, isRight ? `✓ ${name}` : name),
    html("span", { class: "n2r-rail" }, filled),
    html("span", { class: "n2r-bar-value" }, percent(share)),
  );
}

function percent(share) {
  return `${fixed(100 * share, 1)}%`;
}

// From black (0) over violet and orange to pale yellow (1): lightness tells the order by itself.
function shade(value) {
  const stops = [[10, 8, 40], [96, 32, 110], [200, 70, 70], [245, 160, 50], [252, 250, 190]];
  const at = clamp(value, 0, 1) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  return stops[low].map((part, i) => Math.round(part + (at - low) * (stops[low + 1][i] - part)));
}

function paint(node, rows) {
  set(node, { width: rows[0].length, height: rows.length });
  const context = node.getContext("2d");
  const pixels = context.createImageData(rows[0].length, rows.length);
  rows.flat().forEach((colour, i) => pixels.data.set([...colour, 255], 4 * i));
  context.putImageData(pixels, 0, 0);
}

export default { render };
