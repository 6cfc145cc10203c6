// What every figure draws with: elements, a plot with axes, a point to drag, words that are read out.

const SVG = "http://www.w3.org/2000/svg";

// JupyterLab would take the arrow keys to the next cell; the element in focus itself must refuse.
export const KEEPS_ARROW_KEYS = { "data-lm-suppress-shortcuts": "true" };

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

export function html(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function filled(element, attributes, children) {
  set(element, attributes);
  element.append(...children);
  return element;
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// The figure's own box: its name for screen readers, its colours, a place for the learner's trouble.
// The model's trouble is shown by itself; showTrouble is for trouble that depends on the front end.
export function figureBox(el, model, name, ...children) {
  const trouble = html("p", { class: "n2r-trouble", hidden: "" });
  const box = html("div", { class: "n2r-figure", role: "group", "aria-label": name }, ...children, trouble);
  for (const [colour, value] of Object.entries(model.get("palette"))) {
    box.style.setProperty(`--n2r-${colour.replaceAll("_", "-")}`, value);
  }
  const say = liveText(box);
  const showTrouble = (text) => {
    trouble.replaceChildren(...withCode(text));
    trouble.hidden = text === "";
    box.classList.toggle("n2r-in-trouble", text !== "");
    if (text !== "") say(text.replaceAll("`", ""));
  };
  const follow = () => showTrouble(model.get("trouble"));
  model.on("change:trouble", follow);
  follow();
  box.addEventListener("keydown", leaveOnEscape);
  el.append(box);
  return { box, say, showTrouble };
}

// Back to the notebook's cell, where its keys work again: the elements of a figure refuse them.
function leaveOnEscape(event) {
  if (event.key === "Escape") event.currentTarget.closest(".jp-Cell")?.focus();
}

// Text is read out once it has stood still, so that dragging does not make a flood of words.
function liveText(box) {
  const region = html("p", { class: "n2r-spoken", role: "status", "aria-live": "polite" });
  box.append(region);
  let waiting;
  return (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => (region.textContent = text), 400);
  };
}

// `names` between backticks become code.
function withCode(text) {
  return text.split("`").map((part, i) => (i % 2 ? html("code", {}, part) : part));
}

export function number(value, digits = 3) {
  if (Math.abs(value) < 1e-12) return "0";
  return Number(value.toPrecision(digits)).toString().replace("-", "−");
}

export function fixed(value, decimals = 2) {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

export function polyline(points) {
  return points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("");
}

export function arrow(x, y, dx, dy, head = 5) {
  const length = Math.hypot(dx, dy);
  if (length < 0.5) return "";
  const [ux, uy] = [dx / length, dy / length];
  const size = Math.min(head, length * 0.6);
  const [tipX, tipY] = [x + dx, y + dy];
  const barb = (side) =>
    `L${(tipX - size * ux - side * 0.6 * size * uy).toFixed(2)} ${(tipY - size * uy + side * 0.6 * size * ux).toFixed(2)}`;
  const tip = `${tipX.toFixed(2)} ${tipY.toFixed(2)}`;
  return `M${x.toFixed(2)} ${y.toFixed(2)}L${tip}M${barb(1).slice(1)}L${tip}${barb(-1)}`;
}

function tickPositions(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

// A plot: labelled axes around an inner drawing that is clipped at its frame.
// domain: {x: [low, high], y: [low, high]}; labels: {name, x, y}; size: {width, height}.
export function plot({ domain, labels, size, ticks = {} }) {
  const { width, height } = size;
  const margin = { left: 46, right: 10, top: 10, bottom: 42 };
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const x = (value) => ((value - domain.x[0]) / (domain.x[1] - domain.x[0])) * inner.width;
  const y = (value) => (1 - (value - domain.y[0]) / (domain.y[1] - domain.y[0])) * inner.height;

  const axes = svg("g", { class: "n2r-axes", "aria-hidden": "true" });
  for (const at of ticks.x ?? tickPositions(...domain.x, 6)) {
    axes.append(
      svg("path", { class: "n2r-grid", d: `M${x(at)} 0V${inner.height}` }),
      svg("text", { x: x(at), y: inner.height + 16, "text-anchor": "middle" }, number(at)),
    );
  }
  for (const at of ticks.y ?? tickPositions(...domain.y, 5)) {
    axes.append(
      svg("path", { class: "n2r-grid", d: `M0 ${y(at)}H${inner.width}` }),
      svg("text", { x: -7, y: y(at) + 4, "text-anchor": "end" }, number(at)),
    );
  }
  axes.append(
    svg("text", { class: "n2r-axis-name", x: inner.width / 2, y: inner.height + 35, "text-anchor": "middle" }, labels.x),
    svg(
      "text",
      { class: "n2r-axis-name", transform: `translate(-33 ${inner.height / 2}) rotate(-90)`, "text-anchor": "middle" },
      labels.y,
    ),
  );
  const drawing = svg("svg", { width: inner.width, height: inner.height, overflow: "hidden" });
  const above = svg("g");
  const edge = svg("rect", { class: "n2r-frame", width: inner.width, height: inner.height });
  const origin = svg("g", { transform: `translate(${margin.left} ${margin.top})` }, axes, drawing, edge, above);
  const node = svg("svg", { class: "n2r-plot", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": labels.name }, origin);

  const fromPointer = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(origin.getScreenCTM().inverse());
    return [
      domain.x[0] + (at.x / inner.width) * (domain.x[1] - domain.x[0]),
      domain.y[0] + (1 - at.y / inner.height) * (domain.y[1] - domain.y[0]),
    ];
  };
  return { node, drawing, above, x, y, inner, domain, fromPointer };
}

// A point on a plot that follows the pointer and the arrow keys (with Shift: five steps at once).
// move(x, y) is asked to go there; nudge(dx, dy) to go so many steps; range is that of the value
// that place() tells screen readers.
export function draggable(plotted, label, { move, nudge, range = plotted.domain.x }) {
  const handle = svg(
    "g",
    {
      class: "n2r-handle",
      role: "slider",
      tabindex: "0",
      "aria-label": label,
      "aria-valuemin": range[0],
      "aria-valuemax": range[1],
      ...KEEPS_ARROW_KEYS,
    },
    svg("circle", { class: "n2r-halo", r: 15 }),
    svg("circle", { class: "n2r-ball", r: 8 }),
  );
  const invitation = svg("text", { class: "n2r-invitation", x: 14, y: 4, "aria-hidden": "true" }, "drag me");
  handle.append(invitation);
  const surface = plotted.node;
  const follow = (event) => {
    invitation.remove();
    move(...plotted.fromPointer(event));
  };
  surface.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    surface.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true, focusVisible: false });
    follow(event);
  });
  surface.addEventListener("pointermove", (event) => {
    if (surface.hasPointerCapture(event.pointerId)) follow(event);
  });
  handle.addEventListener("keydown", (event) => {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!direction) return;
    event.preventDefault();
    invitation.remove();
    const steps = event.shiftKey ? 5 : 1;
    nudge(direction[0] * steps, direction[1] * steps);
  });
  plotted.above.append(handle);
  const place = (x, y, value, text) =>
    set(handle, {
      transform: `translate(${plotted.x(x).toFixed(2)} ${plotted.y(y).toFixed(2)})`,
      "aria-valuenow": value.toFixed(3),
      "aria-valuetext": text,
    });
  return { place };
}

// A slider over the whole numbers from 0 to `steps`.
export function rangeInput(label, steps, onInput) {
  const input = html("input", {
    type: "range",
    min: "0",
    max: String(steps),
    step: "1",
    "aria-label": label,
    ...KEEPS_ARROW_KEYS,
  });
  input.addEventListener("input", () => onInput(Number(input.value)));
  return input;
}

export function button(text, onClick) {
  const node = html("button", { type: "button", class: "n2r-button" }, text);
  node.addEventListener("click", onClick);
  return node;
}

// Puts everything back to how the figure began; `before` tidies what only the front end knows.
export function resetButton(model, before = () => {}) {
  return button("Reset", () => {
    before();
    for (const [name, first] of Object.entries(model.get("first"))) model.set(name, first);
    model.save_changes();
  });
}
