// Inception module: four branches from one input to one output, each with a bar of what it costs.
import { KEEPS_ARROW_KEYS, figureBox, html, resetButton, set, svg } from "./drawing.js";

const ROW = 62;
const [LEFT, FIRST_BOX, SECOND_BOX, BOX, OUT, BARS, WIDEST] = [70, 100, 236, 122, 398, 424, 330];
const TOP = 30;

function millions(count) {
  return `${(count / 1e6).toFixed(count < 1e7 ? 2 : 1)} million`;
}

const grouped = (count) => count.toLocaleString("en-US");

function render({ model, el }) {
  const words = html("p", { class: "n2r-verdict" });
  const drawing = svg("svg", { class: "n2r-branches", role: "img" });
  const change = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const module = html("select", { "aria-label": "Module", ...KEEPS_ARROW_KEYS });
  for (const name of model.get("modules")) module.append(html("option", { value: name }, name));
  module.addEventListener("change", () => change({ module: module.value }));
  const boxes = model.get("switches").map((name) => {
    const box = html("input", { type: "checkbox", ...KEEPS_ARROW_KEYS });
    box.addEventListener("change", () => {
      const others = model.get("reduced").filter((other) => other !== name);
      change({ reduced: box.checked ? [...others, name] : others });
    });
    const place = name === "pooling" ? "after the pooling" : `before ${times(name)}`;
    return { name, box, label: html("label", {}, box, `1 × 1 ${place}`) };
  });
  const { box, say } = figureBox(
    el,
    model,
    "Inception module",
    words,
    drawing,
    html("div", { class: "n2r-module-choice" }, html("label", {}, "Module ", module), ...boxes.map(({ label }) => label), resetButton(model)),
  );

  const show = () => {
    const branches = model.get("branches");
    const reduced = model.get("reduced");
    module.value = model.get("module");
    for (const { name, box: checkbox } of boxes) checkbox.checked = reduced.includes(name);
    const total = (what) => branches.reduce((sum, branch) => sum + branch[what], 0);
    const [channels, parameters, work] = [total("channels"), total("parameters"), total("multiply_adds")];
    draw(drawing, model);
    const whole = reduced.length === boxes.length;
    const said = model.get("said");
    const agrees = said === parameters;
    const yours = whole && said !== null ? (agrees ? "Yours has as many." : `Yours has ${grouped(said)}: who is right?`) : "";
    words.className = `n2r-verdict n2r-${yours && !agrees ? "diverging" : "good"}`;
    words.replaceChildren(
      html("strong", {}, `${millions(work)} multiply-adds`),
      html("span", {}, `${channels} channels come out, ${grouped(parameters)} parameters. ${yours}`),
    );
    set(box, { "data-channels": channels, "data-parameters": parameters, "data-work": work, "data-said": said ?? "" });
    say(`${millions(work)} multiply-adds, ${channels} channels come out. ${yours}`);
  };
  model.on("change:branches", show);
  model.on("change:said", show);
  show();
}

function times(name) {
  return name.replaceAll(" x ", " × ");
}

function draw(drawing, model) {
  const branches = model.get("branches");
  const { channels, side, direct } = model.get("sizes");
  const most = Math.max(...direct);
  const parts = [];
  const middle = TOP + ROW * 1.5 + 16;
  branches.forEach(({ name, steps, channels: out, multiply_adds: work }, row) => {
    const y = TOP + row * ROW;
    const first = name === "pooling" ? ["pooling 3 × 3", ...steps] : steps;
    const at = first.length === 1 ? [SECOND_BOX] : [FIRST_BOX, SECOND_BOX];
    parts.push(svg("path", { class: "n2r-wire", d: `M${LEFT - 8} ${middle}C${LEFT + 14} ${middle} ${LEFT + 6} ${y + 16} ${FIRST_BOX} ${y + 16}H${OUT}` }));
    first.forEach((text, i) => {
      const squeezes = (first.length === 2 && i === 0 && name !== "pooling") || (name === "pooling" && i === 1);
      parts.push(
        svg("rect", { class: squeezes ? "n2r-layer n2r-squeeze" : "n2r-layer", x: at[i], y, width: BOX, height: 32, rx: 5 }),
        svg("text", { x: at[i] + BOX / 2, y: y + 20, "text-anchor": "middle" }, times(text).replace(" to ", " → ")),
      );
    });
    const length = Math.max((work / most) * WIDEST, 1);
    const without = (direct[row] / most) * WIDEST;
    parts.push(
      svg("rect", { class: "n2r-cost-without", x: BARS, y: y + 2, width: without, height: 13 }),
      svg("rect", { class: "n2r-cost", x: BARS, y: y + 2, width: length, height: 13 }),
      svg("text", { class: "n2r-faint", x: BARS, y: y + 31 }, `${millions(work)}, gives ${out} channels`),
    );
  });
  parts.push(
    svg("text", { x: LEFT - 12, y: middle - 4, "text-anchor": "end" }, `${side} × ${side}`),
    svg("text", { x: LEFT - 12, y: middle + 14, "text-anchor": "end" }, `× ${channels}`),
  );
  parts.push(svg("text", { class: "n2r-faint", x: BARS, y: 16 }, "multiply-adds (dashed: without any 1 × 1 in the way)"));
  drawing.replaceChildren(...parts);
  const told = branches.map(({ name, multiply_adds: work }) => `${name} ${millions(work)}`).join(", ");
  set(drawing, { viewBox: `0 0 ${BARS + WIDEST + 6} ${TOP + 4 * ROW}`, "aria-label": `Four branches and their multiply-adds: ${told}` });
}

export default { render };
