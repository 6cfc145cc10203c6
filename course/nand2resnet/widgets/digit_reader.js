// Digit reader: paper for the pointer and the keyboard; every map of the network follows.
import { KEEPS_ARROW_KEYS, button, clamp, figureBox, html, resetButton, set } from "./drawing.js";

const BRUSH = 1.35; // radius in pixels of the paper
const FULL = 255;
const PATIENCE = 40; // milliseconds between two messages to the kernel
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const TILES_ACROSS = 380; // pixels of the screen, about
const LARGEST_CELL = { map: 5, single: 13 };
const MOST_IN_A_ROW = 24; // single cells

function render({ model, el }) {
  const [rows, columns] = model.get("scale").side;
  let ink = [...model.get("ink")];
  let pen = [rows / 2, columns / 2];
  let down = false;
  let waiting;
  const words = html("p", { class: "n2r-verdict" });
  const canvas = html("canvas", { class: "n2r-photo", width: columns, height: rows });
  const mark = html("span", { class: "n2r-pen", hidden: "" });
  const paper = html(
    "div",
    { class: "n2r-paper", role: "application", tabindex: "0", "aria-label": "Paper", "aria-roledescription": "drawing", ...KEEPS_ARROW_KEYS },
    canvas,
    mark,
  );
  const readings = html("div", { role: "img" });
  const maps = html("div", { class: "n2r-maps" });

  const send = () => {
    waiting ??= setTimeout(() => {
      waiting = undefined;
      model.set("ink", [...ink]);
      model.save_changes();
    }, PATIENCE);
  };
  const stroke = (from, to) => {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const near = distance([r + 0.5, c + 0.5], from, to);
        const level = Math.round(FULL * clamp(BRUSH + 0.5 - near, 0, 1));
        ink[r * columns + c] = Math.max(ink[r * columns + c], level);
      }
    }
    paint(canvas, ink, rows, columns);
    send();
  };
  const placeOf = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientY - box.top) / box.height) * rows, ((event.clientX - box.left) / box.width) * columns];
  };
  paper.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    paper.setPointerCapture(event.pointerId);
    paper.focus({ preventScroll: true, focusVisible: false });
    pen = placeOf(event);
    stroke(pen, pen);
    mark.hidden = true;
  });
  paper.addEventListener("pointermove", (event) => {
    if (!paper.hasPointerCapture(event.pointerId)) return;
    const next = placeOf(event);
    stroke(pen, next);
    pen = next;
  });
  paper.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      down = !down;
      if (down) stroke(pen, pen);
      return showPen(true);
    }
    const step = STEPS[event.key];
    if (!step) return undefined;
    event.preventDefault();
    const far = event.shiftKey ? 4 : 1;
    const next = [clamp(pen[0] + far * step[0], 1, rows - 1), clamp(pen[1] + far * step[1], 1, columns - 1)];
    if (down) stroke(pen, next);
    pen = next;
    return showPen(true);
  });
  paper.addEventListener("blur", () => (mark.hidden = true));
  const showPen = (visible) => {
    mark.hidden = !visible;
    mark.classList.toggle("n2r-down", down);
    const size = (100 * 2 * BRUSH) / columns;
    Object.assign(mark.style, {
      width: `${size}%`,
      aspectRatio: "1",
      left: `${(100 * pen[1]) / columns - size / 2}%`,
      top: `${(100 * (pen[0] - BRUSH)) / rows}%`,
    });
    const place = `row ${Math.round(pen[0])}, column ${Math.round(pen[1])}`;
    set(paper, { "aria-label": `Paper: the pen is ${down ? "down" : "up"}, at ${place}` });
    say(`Pen ${down ? "down" : "up"}, ${place}. ${reading(model.get("chances"))}`);
  };

  const empty = button("Empty paper", () => {
    ink = ink.map(() => 0);
    down = false;
    paint(canvas, ink, rows, columns);
    send();
  });
  const another = button("Another digit", () => {
    model.set("example", model.get("example") + 1);
    model.save_changes();
  });
  const reset = resetButton(model, () => {
    down = false;
    pen = [rows / 2, columns / 2];
  });
  const { box, say } = figureBox(
    el,
    model,
    "Digit reader",
    words,
    html(
      "div",
      { class: "n2r-scene" },
      html(
        "div",
        { class: "n2r-part n2r-desk" },
        html("p", { class: "n2r-part-name" }, "draw here"),
        paper,
        html("p", { class: "n2r-part-note" }, "Pointer; or arrow keys to move the pen (Shift: further), Space to put it down or lift it."),
      ),
      html("div", { class: "n2r-part n2r-readings" }, html("p", { class: "n2r-part-name" }, "it reads"), readings),
    ),
    html("div", { class: "n2r-controls" }, empty, another, reset),
    html("p", { class: "n2r-part-note" }, "What each layer gives, after its ReLU: the darkest cell of a layer answers most, white ones not at all."),
    maps,
  );

  const takeInk = () => {
    if (waiting !== undefined) return; // the pen is ahead of the kernel
    ink = [...model.get("ink")];
    paint(canvas, ink, rows, columns);
  };
  const show = () => {
    const [chances, layers, levels] = [model.get("chances"), model.get("layers"), model.get("levels")];
    if (!chances.length) return;
    const best = chances.indexOf(Math.max(...chances));
    readings.replaceChildren(...chances.map((chance, i) => readingRow(i, chance, i === best)));
    set(readings, { "aria-label": chances.map((chance, i) => `${i}: ${percent(chance)}`).join(", ") });
    drawMaps(maps, layers, levels);
    const blank = ink.every((level) => level === 0);
    words.replaceChildren(
      html("strong", {}, blank ? "The paper is empty" : `It reads a ${best}`),
      html("span", {}, blank ? `and it still says ${best}, ${percent(chances[best])}: it knows nothing else to say` : `${percent(chances[best])} sure`),
    );
    const strength = levels.byteLength ? [...bytesOf(levels)].reduce((sum, level, i) => (sum + level * ((i % 97) + 1)) % 1000003, 0) : 0;
    set(box, { "data-reads": best, "data-chance": chances[best].toFixed(4), "data-maps": strength, "data-ink": ink.reduce((a, b) => a + b, 0) });
    say(reading(chances));
  };
  for (const name of ["chances", "levels", "layers"]) model.on(`change:${name}`, show);
  model.on("change:ink", takeInk);
  takeInk();
  show();
}

function reading(chances) {
  if (!chances.length) return "";
  const order = chances.map((_, i) => i).sort((a, b) => chances[b] - chances[a]);
  return `It reads a ${order[0]}, ${percent(chances[order[0]])}; then ${order[1]}, ${percent(chances[order[1]])}.`;
}

function readingRow(index, chance, isBest) {
  const filled = html("i");
  filled.style.width = `${(100 * chance).toFixed(1)}%`;
  return html(
    "div",
    { class: isBest ? "n2r-reading-row n2r-best" : "n2r-reading-row" },
    html("span", {}, `${isBest ? "▸ " : ""}${index}`),
    html("span", { class: "n2r-chance" }, filled),
    html("span", {}, percent(chance)),
  );
}

function percent(share) {
  return `${(100 * share).toFixed(share > 0.995 || share < 0.005 ? 0 : 1)}%`;
}

function distance([r, c], [r0, c0], [r1, c1]) {
  const [dr, dc] = [r1 - r0, c1 - c0];
  const length = dr * dr + dc * dc;
  const along = length ? clamp(((r - r0) * dr + (c - c0) * dc) / length, 0, 1) : 0;
  return Math.hypot(r - r0 - along * dr, c - c0 - along * dc);
}

// Dark ink on white paper, in both themes.
function paint(canvas, levels, rows, columns) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(columns, rows);
  levels.forEach((level, i) => pixels.data.set([FULL - level, FULL - level, FULL - level, FULL], 4 * i));
  context.putImageData(pixels, 0, 0);
}

function bytesOf(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

// Each layer as one picture: its maps side by side, with a line between them.
function drawMaps(place, layers, levels) {
  const all = bytesOf(levels);
  let start = 0;
  while (place.children.length > layers.length) place.lastChild.remove();
  layers.forEach(({ name, shape }, i) => {
    const [count, rows, columns] = shape.length === 3 ? shape : [shape[0], 1, 1];
    const size = count * rows * columns;
    const part = place.children[i] ?? place.appendChild(layerPart());
    const [title, canvas] = part.children;
    title.textContent = `${name}: ${shape.join(" × ")}`;
    tile(canvas, all.subarray(start, start + size), { count, rows, columns });
    const active = all.subarray(start, start + size).reduce((sum, level) => sum + (level > 25), 0);
    set(canvas, { "aria-label": `${name}: ${active} of ${size} cells answer clearly` });
    start += size;
  });
}

function layerPart() {
  return html("div", {}, html("p", { class: "n2r-part-name" }), html("canvas", { role: "img" }));
}

// How many single cells stand side by side, so that no row is left half empty if that can be.
function rowOf(count) {
  for (let across = MOST_IN_A_ROW; across > 1; across--) if (count % across === 0) return across;
  return MOST_IN_A_ROW;
}

function tile(canvas, levels, { count, rows, columns }) {
  const gap = rows > 1 ? 1 : 0;
  const across = rows > 1 ? Math.ceil(count / (count > 8 ? 2 : 1)) : rowOf(count);
  const down = Math.ceil(count / across);
  const [width, height] = [across * (columns + gap) - gap, down * (rows + gap) - gap];
  set(canvas, { width, height });
  const zoom = rows > 1 ? clamp(Math.round(TILES_ACROSS / width), 1, LARGEST_CELL.map) : LARGEST_CELL.single;
  canvas.style.width = `${width * zoom}px`;
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  pixels.data.fill(170);
  for (let m = 0; m < count; m++) {
    const [top, left] = [Math.floor(m / across) * (rows + gap), (m % across) * (columns + gap)];
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const grey = FULL - levels[(m * rows + r) * columns + c];
        pixels.data.set([grey, grey, grey, FULL], 4 * ((top + r) * width + left + c));
      }
    }
  }
  for (let k = 3; k < pixels.data.length; k += 4) pixels.data[k] = FULL;
  context.putImageData(pixels, 0, 0);
}

export default { render };
