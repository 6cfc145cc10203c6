// Pooling: a map, its pooled map, and what a shift by one pixel changes in both.
import { button, clamp, figureBox, fixed, html, set } from "./drawing.js";
import { numberSlider, oneOf } from "./controls.js";
import { cellGrid } from "./grid.js";

const MOVES = { up: [-1, 0], left: [0, -1], right: [0, 1], down: [1, 0] };
const ARROWS = { up: "↑", left: "←", right: "→", down: "↓" };

function render({ model, el }) {
  const { limits, farthest } = model.get("scale");
  let chosen = [1, 1];
  const words = html("p", { class: "n2r-verdict" });
  const note = html("p", { class: "n2r-sum" });
  const change = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const map = cellGrid("The map");
  const pooled = cellGrid("Cell of the pooled map", (row, column) => {
    chosen = [row, column];
    show();
  });
  const kind = oneOf("What is kept of a window", ["max", "mean"].map((value) => ({ value, text: value })), (value) => change({ kind: value }));
  const whole = (value) => String(value);
  const windows = numberSlider("Window", { low: 1, high: limits[0], step: 1, format: (v) => `${v} × ${v}` }, (value) => change({ window: value }));
  const stride = numberSlider("Stride", { low: 1, high: limits[1], step: 1, format: whole }, (value) => change({ stride: value }));
  const moves = Object.entries(MOVES).map(([name, by]) => {
    const node = button(ARROWS[name], () =>
      change({ shift: model.get("shift").map((at, axis) => clamp(at + by[axis], -farthest, farthest)) }),
    );
    set(node, { "aria-label": `Move the pattern ${name}` });
    return node;
  });
  const reset = button("Reset", () => {
    chosen = [1, 1];
    change(model.get("first"));
    show();
  });
  const { box, say } = figureBox(
    el,
    model,
    "Pooling",
    words,
    html("div", { class: "n2r-scene" }, part("map", map.node), part("pooled: point at a cell", pooled.node)),
    note,
    kind.node,
    html("div", { class: "n2r-controls" }, windows.node, stride.node),
    html("div", { class: "n2r-controls" }, html("span", {}, "Move the pattern"), ...moves, reset),
  );

  const show = () => {
    kind.show(model.get("kind"));
    windows.show(model.get("window"));
    stride.show(model.get("stride"));
    const at = model.get("shift");
    Object.values(MOVES).forEach((by, i) => {
      moves[i].disabled = by.some((step, axis) => Math.abs(at[axis] + step) > farthest);
    });
    const [values, out, changed, shown] = ["map", "pooled", "changed", "shown"].map((name) => model.get(name));
    if (!out.length || !shown.window) return;
    const { shift, kind: kept } = shown; // what is asked for just now may not be computed yet
    chosen = [Math.min(chosen[0], out.length - 1), Math.min(chosen[1], out.length - 1)];
    const side = shown.window;
    const place = { row: chosen[0] * shown.stride, column: chosen[1] * shown.stride, height: side, width: side };
    const most = Math.max(...values.flat());
    const decimals = kept === "max" ? 0 : 1;
    const value = out[chosen[0]][chosen[1]];
    map.show({ values, most, decimals: 0, windows: [place], label: `8 by 8 cells, moved by ${shift[0]} rows and ${shift[1]} columns` });
    pooled.show({ values: out, most, decimals, chosen, label: fixed(value, decimals) });
    const [cells, pools] = [values.length ** 2, out.length ** 2];
    const moved = shift.some(Boolean);
    const told = moved
      ? `the shift changes ${changed[0]} of ${cells} cells of the map, and ${changed[1]} of ${pools} pooled ones`
      : "move the pattern, and see what changes";
    words.replaceChildren(html("strong", {}, `8 × 8 → ${out.length} × ${out.length}`), html("span", {}, told));
    const inside = values.slice(place.row, place.row + side).map((row) => row.slice(place.column, place.column + side));
    const name = kept === "max" ? "largest" : "mean";
    note.textContent = `The ${name} of ${inside.flat().join(", ")} is ${fixed(value, decimals)}.`;
    set(box, { "data-side": out.length, "data-changed": changed.join(","), "data-value": value });
    say(`${told}. ${note.textContent}`);
  };
  for (const name of ["kind", "window", "stride", "shift", "map", "pooled", "changed", "shown"]) model.on(`change:${name}`, show);
  show();
}

function part(name, node) {
  return html("div", { class: "n2r-part" }, html("p", { class: "n2r-part-name" }, name), node);
}

export default { render };
