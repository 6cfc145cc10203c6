// Layer table: rows to choose from, and the volumes that a picture becomes on its way.
import { KEEPS_ARROW_KEYS, figureBox, html, set, svg } from "./drawing.js";

const WIDTH = 960;
const LARGEST = 96; // of a volume's side, in the drawing's units
const SMALLEST = 5;
const MOST_SHEETS = 8;
const GROUND = 150;
const BARS = { top: 196, height: 60 };

function render({ model, el }) {
  let chosen = 1;
  const words = html("p", { class: "n2r-verdict" });
  const body = html("tbody");
  const table = html("table", { class: "n2r-layers" }, head(), body);
  const drawing = svg("svg", { class: "n2r-volumes", viewBox: `0 0 ${WIDTH} 300`, role: "img" });
  const { box, say } = figureBox(el, model, "Layer table", words, table, html("div", { class: "n2r-wide" }, drawing));
  let rows = [];
  let volumes = [];

  const choose = (index) => {
    chosen = index;
    show();
  };
  const build = () => {
    const layers = model.get("layers");
    if (!layers.length) return;
    const group = `n2r-${Math.random().toString(36).slice(2)}`;
    rows = layers.map((layer, i) => row(layer, i, group, choose));
    const together = layers.reduce((sum, { parameters }) => sum + parameters, 0);
    const cells = ["together", "", "", together.toLocaleString("en")];
    const last = html("tr", {}, ...cells.map((text, i) => html("td", { class: i > 1 ? "n2r-number" : "" }, text)));
    body.replaceChildren(...rows, last);
    volumes = layers.map((layer, i) => volume(layer, i, layers, choose));
    drawing.replaceChildren(...volumes);
    set(box, { "data-together": together });
    show();
  };
  const show = () => {
    const layers = model.get("layers");
    const layer = layers[chosen];
    if (!layer) return;
    [rows, volumes].forEach((nodes) => nodes.forEach((node, i) => node.classList.toggle("n2r-lit", i === chosen)));
    rows[chosen].querySelector("input").checked = true;
    const [count, side] = [product(layer.shape), Math.max(...layers[0].shape.slice(1))];
    const sight =
      chosen === 0
        ? "what the network is given"
        : layer.sees === 0 || layer.sees >= side
          ? "each number depends on the whole picture"
          : `each cell sees ${layer.sees} × ${layer.sees} pixels`;
    const learns = layer.parameters ? `${layer.sum || layer.parameters.toLocaleString("en")} parameters` : "nothing to learn";
    words.replaceChildren(
      html("strong", {}, `${layer.name}: ${layer.shape.join(" × ")} = ${count.toLocaleString("en")} numbers`),
      html("span", {}, sight),
      html("small", {}, learns),
    );
    set(drawing, { "aria-label": layers.map(({ name, shape }) => `${name} ${shape.join(" by ")}`).join(", then ") });
    set(box, { "data-chosen": layer.name });
    say(`${layer.name}: ${layer.shape.join(" by ")}, ${count} numbers; ${sight}; ${learns}.`);
  };
  model.on("change:layers", build);
  build();
}

function head() {
  const names = ["layer", "shape", "numbers", "parameters"];
  return html("thead", {}, html("tr", {}, ...names.map((name, i) => html("th", { scope: "col", class: i > 1 ? "n2r-number" : "" }, name))));
}

function row(layer, index, group, choose) {
  const input = html("input", { type: "radio", name: group, "aria-label": `Layer ${layer.name}`, ...KEEPS_ARROW_KEYS });
  input.addEventListener("change", () => choose(index));
  const node = html(
    "tr",
    {},
    html("th", { scope: "row" }, html("label", {}, input, layer.name)),
    html("td", {}, layer.shape.join(" × ")),
    html("td", { class: "n2r-number" }, product(layer.shape).toLocaleString("en")),
    html("td", { class: "n2r-number" }, layer.parameters.toLocaleString("en")),
  );
  node.addEventListener("pointerenter", () => choose(index));
  node.addEventListener("click", () => choose(index));
  return node;
}

// Sheets of a volume, one behind the other, as large as their maps; under them its parameters' share.
function volume(layer, index, layers, choose) {
  const step = WIDTH / layers.length;
  const middle = (index + 0.5) * step;
  const [maps, rows, columns] = layer.shape.length === 3 ? layer.shape : [layer.shape[0], 1, 1];
  const scale = LARGEST / Math.max(...layers[0].shape.slice(1));
  const [height, width] = [Math.max(rows * scale, SMALLEST), Math.max(columns * scale, SMALLEST)];
  const flat = layer.shape.length !== 3;
  const sheets = flat ? 1 : Math.min(maps, MOST_SHEETS);
  const shift = 3;
  const drawn = Array.from({ length: sheets }, (_, i) => {
    const back = (sheets - 1 - i) * shift;
    const tall = flat ? Math.max(10, 100 * Math.min(1, maps / 120)) : height;
    return svg("rect", {
      class: "n2r-sheet",
      x: middle - width / 2 - (sheets * shift) / 2 + back,
      y: GROUND - tall - back,
      width: flat ? 9 : width,
      height: tall,
    });
  });
  const most = Math.max(...layers.map(({ parameters }) => parameters), 1);
  const long = layer.parameters ? Math.max(1.5, (BARS.height * layer.parameters) / most) : 0;
  const node = svg(
    "g",
    { class: "n2r-volume" },
    svg("rect", { x: middle - step / 2, y: 0, width: step, height: 300, fill: "transparent" }),
    ...drawn,
    svg("text", { x: middle, y: GROUND + 20 }, layer.name),
    svg("text", { class: "n2r-faint", x: middle, y: GROUND + 36 }, layer.shape.join(" × ")),
    svg("rect", { class: "n2r-weight-bar", x: middle - 16, y: BARS.top, width: 32, height: long }),
    svg(
      "text",
      { class: "n2r-faint", x: middle, y: BARS.top + long + 15 },
      layer.parameters ? layer.parameters.toLocaleString("en") : index ? "no parameters" : "",
    ),
  );
  node.addEventListener("pointerenter", () => choose(index));
  return node;
}

function product(numbers) {
  return numbers.reduce((a, b) => a * b, 1);
}

export default { render };
