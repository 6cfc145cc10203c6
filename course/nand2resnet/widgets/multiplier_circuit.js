// Multiplier circuit: input bits to press, the learner's NANDs, lamps for the product, all products.
import { button, figureBox, html, set, svg } from "./drawing.js";

const LEFT = 88; // room for the inputs, in pixels
const RIGHT = 92; // room for the outputs
const TOP = 8;
const BIT = 26;
const LAMP = 14;

function render({ model, el }) {
  const words = html("p", { class: "n2r-verdict" });
  const place = html("div", {});
  const below = html("div", { class: "n2r-below" });
  const setBits = (bits) => {
    model.set("bits", bits);
    model.save_changes();
  };
  const reset = button("Reset", () => setBits([...model.get("first")]));
  const { box, say, showTrouble } = figureBox(el, model, "Multiplier circuit", words, place, below);

  const circuit = model.get("circuit");
  const trouble = () => showTrouble(model.get("trouble"));
  model.on("change:trouble", trouble);
  trouble();
  if (!circuit.gates) return;

  const toggle = (index) => setBits(model.get("bits").map((bit, i) => (i === index ? 1 - bit : bit)));
  const board = drawBoard(circuit, toggle);
  const products = productTable(circuit, setBits);
  const summary = html(
    "div",
    { class: "n2r-words-below" },
    html("p", { class: "n2r-reading" }, `${circuit.gates.length} NANDs, ${circuit.layers} layers deep`),
    html("p", {}, "Each small shape is one of your neurons. Orange wires carry a 1. Press an input, or a product in the table."),
    html("div", { class: "n2r-controls" }, reset),
  );
  place.append(board.node);
  below.append(products.node, summary);

  const show = () => {
    const bits = model.get("bits");
    const carried = carriedFor(circuit, bits);
    board.show(carried, bits);
    products.show(bits);
    const [a, b, product] = [2 * bits[0] + bits[1], 2 * bits[2] + bits[3], numberFrom(circuit, carried)];
    const right = product === a * b;
    const lamps = circuit.outputWires.map((wire) => carried[wire]).join("");
    set(box, { "data-bits": bits.join(""), "data-product": product, "data-lamps": lamps });
    words.className = `n2r-verdict ${right ? "n2r-good" : "n2r-diverging"}`;
    const heading = `${a} × ${b} = ${product}`;
    const sentence = right ? `${binary(a, 2)} × ${binary(b, 2)} = ${lamps} in binary.` : `It should be ${a * b}: the lamps say ${lamps}, not ${binary(a * b, 4)}.`;
    words.replaceChildren(html("strong", {}, heading), html("span", {}, sentence));
    say(`${heading}. ${sentence}`);
  };
  model.on("change:bits", show);
  show();
}

// The text of 0s and 1s that says what each wire carries for these input bits.
function carriedFor(circuit, bits) {
  return circuit.carried[bits.reduce((number, bit) => 2 * number + bit, 0)];
}

function numberFrom(circuit, carried) {
  return circuit.outputWires.reduce((number, wire) => 2 * number + Number(carried[wire]), 0);
}

function binary(number, digits) {
  return number.toString(2).padStart(digits, "0");
}

function drawBoard(circuit, toggle) {
  const { width, height, gateSize, inputs, outputs, outputWires } = circuit;
  const node = svg("svg", {
    class: "n2r-circuit",
    viewBox: `0 0 ${width + LEFT + RIGHT} ${height + 2 * TOP}`,
    role: "group",
    "aria-label": "The circuit",
  });
  const board = svg("g", { transform: `translate(${LEFT} ${TOP})` });
  node.append(board);
  const boxes = circuit.boxes.map((box) =>
    svg(
      "g",
      { class: "n2r-box", "aria-hidden": "true" },
      svg("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: 6 }),
      svg("text", { x: box.x + 8, y: box.y + 15 }, box.name),
    ),
  );
  const wires = circuit.wires.map(({ wire, way, depth }) => ({
    wire,
    path: svg("path", { class: "n2r-wire", d: curve(way), style: `--depth: ${depth}`, "aria-hidden": "true" }),
  }));
  const gates = circuit.gates.map(({ x, y, wire, depth }) => ({ wire, shape: nandShape(x, y, gateSize, depth) }));
  const switches = inputs.map((name, i) => inputSwitch(name, circuit.inputHeights[i], () => toggle(i)));
  const lamps = outputs.map((name, i) => lamp(name, 2 ** (outputs.length - 1 - i), width, circuit.outputHeights[i]));
  board.append(
    ...boxes,
    ...wires.map(({ path }) => path),
    ...gates.map(({ shape }) => shape),
    ...switches.map(({ group }) => group),
    ...lamps.map(({ group }) => group),
  );
  const show = (carried, bits) => {
    for (const { wire, path } of wires) set(path, { "data-bit": carried[wire] });
    for (const { wire, shape } of gates) set(shape, { "data-bit": carried[wire] });
    switches.forEach(({ show: showSwitch }, i) => showSwitch(bits[i]));
    lamps.forEach(({ show: showLamp }, i) => showLamp(carried[outputWires[i]]));
  };
  return { node, show };
}

// A smooth way through the points, level at each of them.
function curve([start, ...rest]) {
  if (!start) return "";
  let [x, y] = start;
  const pieces = [`M${x.toFixed(1)} ${y.toFixed(1)}`];
  for (const [nextX, nextY] of rest) {
    const bend = Math.max((nextX - x) / 2, 4);
    pieces.push(`C${(x + bend).toFixed(1)} ${y.toFixed(1)} ${(nextX - bend).toFixed(1)} ${nextY.toFixed(1)} ${nextX.toFixed(1)} ${nextY.toFixed(1)}`);
    [x, y] = [nextX, nextY];
  }
  return pieces.join("");
}

// The sign for NAND: the D of AND with the small circle of NOT at its tip.
function nandShape(x, y, [width, height], depth) {
  const [half, bubble] = [height / 2, 3.5];
  const flat = width - 2 * bubble - half;
  const body = `M${x} ${y - half}h${flat}a${half} ${half} 0 0 1 0 ${height}h${-flat}Z`;
  return svg(
    "g",
    { class: "n2r-nand", style: `--depth: ${depth + 1}`, "aria-hidden": "true" },
    svg("path", { d: body }),
    svg("circle", { cx: x + width - bubble, cy: y, r: bubble }),
  );
}

function inputSwitch(name, y, press) {
  const digit = svg("text", { class: "n2r-digit", x: -BIT / 2 - 2, y });
  const group = svg(
    "g",
    { class: "n2r-bit", role: "switch", tabindex: "0", "aria-label": `Input ${name}`, "data-lm-suppress-shortcuts": "true" },
    svg("rect", { x: -BIT - 2, y: y - BIT / 2, width: BIT, height: BIT, rx: 5 }),
    digit,
    svg("text", { class: "n2r-pin-name", x: -BIT - 20, y }, name),
  );
  group.addEventListener("click", press);
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    press();
  });
  const show = (bit) => {
    digit.textContent = String(bit);
    set(group, { "aria-checked": bit === 1 });
  };
  return { group, show };
}

function lamp(name, worth, x, y) {
  const digit = svg("text", { class: "n2r-digit", x: x + LAMP, y });
  const group = svg(
    "g",
    { class: "n2r-lamp", "aria-hidden": "true" },
    svg("circle", { cx: x + LAMP, cy: y, r: LAMP }),
    digit,
    svg("text", { class: "n2r-pin-name n2r-worth", x: x + 2 * LAMP + 8, y }, `${name} (${worth})`),
  );
  const show = (bit) => {
    digit.textContent = bit;
    set(group, { "data-bit": bit });
  };
  return { group, show };
}

// All sixteen products as the circuit computes them; each sets the inputs when it is pressed.
function productTable(circuit, setBits) {
  const numbers = [0, 1, 2, 3];
  const cells = [];
  const rows = numbers.map((a) =>
    html(
      "tr",
      {},
      html("th", { scope: "row" }, `a = ${a}`),
      ...numbers.map((b) => {
        const bits = [...binary(a, 2), ...binary(b, 2)].map(Number);
        const product = numberFrom(circuit, carriedFor(circuit, bits));
        const right = product === a * b;
        const press = html(
          "button",
          { type: "button", "data-right": right, "aria-label": `${a} times ${b} gives ${product}${right ? "" : `, and should give ${a * b}`}` },
          `${product}${right ? "" : " ✗"}`,
          html("small", {}, binary(product, 4)),
        );
        press.addEventListener("click", () => setBits(bits));
        cells.push({ press, key: bits.join("") });
        return html("td", {}, press);
      }),
    ),
  );
  const head = html("tr", {}, html("th", {}, "×"), ...numbers.map((b) => html("th", { scope: "col" }, `b = ${b}`)));
  const node = html(
    "table",
    { class: "n2r-products" },
    html("caption", {}, "What your circuit gives for all 16 inputs"),
    html("thead", {}, head),
    html("tbody", {}, ...rows),
  );
  const show = (bits) => {
    for (const { press, key } of cells) set(press, { "aria-pressed": key === bits.join("") });
  };
  return { node, show };
}

export default { render };
