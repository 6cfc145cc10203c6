// A picture as a grid of cells: shaded, with or without numbers, one of them chosen.
import { KEEPS_ARROW_KEYS, clamp, set, svg } from "./drawing.js";

const CELL = 30;
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

// onChoose(row, column) makes the cells a thing to point at and to go through with the arrow keys;
// without it the grid is a picture. show() draws it anew:
//   values: rows of numbers; most: the number that is drawn in full; decimals of the numbers written,
//   or no numbers; frame: how many cells at each side were put on; windows: what is outlined, as
//   {row, column, height, width}; chosen: [row, column]; label: what a screen reader says.
export function cellGrid(name, onChoose) {
  const cells = svg("g");
  const outlines = svg("g");
  const ring = svg("rect", { class: "n2r-ring", width: CELL, height: CELL });
  const handle = svg(
    "g",
    { class: "n2r-grid-handle", role: "slider", tabindex: "0", "aria-label": name, ...KEEPS_ARROW_KEYS },
    ring,
  );
  const drawing = svg("svg", { class: "n2r-cells" }, cells, outlines);
  let size = [1, 1];
  let at = [0, 0];
  const choose = (row, column) => onChoose(clamp(row, 0, size[0] - 1), clamp(column, 0, size[1] - 1));
  if (onChoose) {
    drawing.append(handle);
    drawing.classList.add("n2r-pointed-at");
    const follow = (event) => {
      const box = drawing.getBoundingClientRect();
      const row = Math.floor(((event.clientY - box.top) / box.height) * size[0]);
      const column = Math.floor(((event.clientX - box.left) / box.width) * size[1]);
      choose(row, column);
    };
    drawing.addEventListener("pointermove", follow);
    drawing.addEventListener("pointerdown", (event) => {
      handle.focus({ preventScroll: true, focusVisible: false });
      follow(event);
    });
    handle.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      choose(at[0] + step[0], at[1] + step[1]);
    });
  } else {
    set(drawing, { role: "img" });
  }

  const show = ({ values, most, decimals, frame = 0, windows = [], chosen, label }) => {
    size = [values.length, values[0].length];
    set(drawing, { viewBox: `-2 -2 ${size[1] * CELL + 4} ${size[0] * CELL + 4}` });
    drawing.style.maxWidth = `${Math.min(size[1] * 40, 440)}px`;
    const inside = (r, c) => r >= frame && c >= frame && r < size[0] - frame && c < size[1] - frame;
    cells.replaceChildren(
      ...values.flatMap((row, r) => row.flatMap((value, c) => cell(value, r, c, { most, decimals, put: !inside(r, c) }))),
    );
    outlines.replaceChildren(
      ...windows.map(({ row, column, height, width }) =>
        svg("rect", {
          class: "n2r-window",
          x: column * CELL,
          y: row * CELL,
          width: width * CELL,
          height: height * CELL,
        }),
      ),
    );
    if (!onChoose) return set(drawing, { "aria-label": `${name}: ${label}` });
    at = chosen;
    set(ring, { x: chosen[1] * CELL, y: chosen[0] * CELL });
    set(handle, {
      "aria-valuenow": chosen[0] * size[1] + chosen[1] + 1,
      "aria-valuemin": 1,
      "aria-valuemax": size[0] * size[1],
      "aria-valuetext": `row ${chosen[0] + 1}, column ${chosen[1] + 1}: ${label}`,
    });
    return drawing;
  };
  return { node: drawing, show };
}

// A square, hatched where its number is negative, dashed where it was put on; and its number.
function cell(value, r, c, { most, decimals, put }) {
  const [x, y] = [c * CELL, r * CELL];
  const strength = Math.min(1, Math.abs(value) / (most || 1));
  const parts = [
    svg("rect", {
      class: value < 0 ? "n2r-below" : "n2r-above",
      x,
      y,
      width: CELL,
      height: CELL,
      "fill-opacity": (0.62 * strength).toFixed(3),
    }),
  ];
  if (value < 0) {
    const d = `M${x + 3} ${y + CELL - 3}L${x + CELL - 3} ${y + 3}`;
    parts.push(svg("path", { class: "n2r-stroke", d, "stroke-opacity": (0.55 * strength).toFixed(3) }));
  }
  parts.push(svg("rect", { class: put ? "n2r-edge n2r-put" : "n2r-edge", x, y, width: CELL, height: CELL }));
  if (decimals !== undefined) {
    const text = value.toFixed(decimals).replace("-", "−").replace(/^−(0(\.0*)?)$/, "$1");
    parts.push(svg("text", { x: x + CELL / 2, y: y + CELL / 2 + 4 }, text));
  }
  return parts;
}
