// Computation graph: every value on the way forth, every slope on the way back, each one predicted.
import { KEEPS_ARROW_KEYS, button, figureBox, html, number, set, svg } from "./drawing.js";
import { oneOf } from "./controls.js";

const NODE = { width: 74, height: 62 };
const GAP = { x: 112, y: 88 };
const EDGE = 14;
const CLOSE = 1e-6;

function render({ model, el }) {
  const graphs = model.get("graphs");
  const words = html("p", { class: "n2r-verdict" });
  const place = html("div", { class: "n2r-wide" });
  const answer = html("input", { class: "n2r-answer", type: "text", inputmode: "text", autocomplete: "off", ...KEEPS_ARROW_KEYS });
  const asking = html("label", { class: "n2r-asking" }, html("span", {}), answer);
  const score = html("span", { class: "n2r-score" });
  let tries = 0; // at the number that is asked for now
  let remark = "";

  const goTo = (step, [right, all] = model.get("score")) => {
    tries = 0;
    model.set({ step, score: [right, all] });
    model.save_changes();
  };
  const startAgain = (graph) => {
    remark = "";
    model.set("graph", graph);
    goTo(0, [0, 0]);
    show();
  };
  const check = button("Check", () => {
    const { now, target } = state(model);
    const guess = Number(answer.value.trim().replace(/[−–]/g, "-").replace(",", "."));
    if (!now || answer.value.trim() === "" || Number.isNaN(guess)) {
      remark = "Type a number, such as 4 or −2.5.";
      show();
      return;
    }
    tries += 1;
    if (Math.abs(guess - target) > CLOSE) {
      remark = `Not ${number(guess)}.`;
      show();
      answer.select();
      return;
    }
    const [right, all] = model.get("score");
    remark = `Right: ${now.phase === "forth" ? "" : "slope "}${now.node.name} = ${number(target)}.`;
    goTo(model.get("step") + 1, [right + (tries === 1), all + 1]);
    answer.focus();
  });
  check.classList.add("n2r-main");
  const reveal = button("Show me", () => {
    const { now, target } = state(model);
    const [right, all] = model.get("score");
    remark = `${now.phase === "forth" ? "" : "Slope "}${now.node.name} = ${number(target)}.`;
    goTo(model.get("step") + 1, [right, all + 1]);
  });
  const reset = button("Reset", () => startAgain(Object.keys(graphs)[0]));
  const choice = oneOf("Graph", Object.keys(graphs).map((name) => ({ value: name, text: name })), startAgain);
  answer.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    check.click();
  });
  const { box, say } = figureBox(
    el,
    model,
    "Computation graph",
    words,
    place,
    html("div", { class: "n2r-controls" }, asking, check, reveal, reset, score),
    choice.node,
  );

  const show = () => {
    const { nodes, steps, now, step } = state(model);
    const name = model.get("graph");
    choice.show(name);
    place.replaceChildren(drawing(nodes, steps.slice(0, step), now, name));
    const phase = now ? now.phase : "done";
    set(box, { "data-phase": phase, "data-step": step, "data-asked": now ? now.node.name : "" });
    const heading = { forth: "Forwards", back: "Backwards", done: "Done" }[phase];
    const sentence = now ? question(now, nodes, tries) : ending(nodes);
    words.className = `n2r-verdict ${phase === "done" ? "n2r-good" : tries ? "n2r-diverging" : "n2r-slow"}`;
    words.replaceChildren(
      html("strong", {}, heading),
      html("span", {}, [remark, sentence].filter(Boolean).join(" ")),
    );
    const asked = now ? `${phase === "forth" ? "Value of" : "Slope along"} ${now.node.name}` : "";
    asking.firstChild.textContent = asked;
    if (!tries) answer.value = "";
    for (const control of [answer, check, reveal]) control.disabled = !now;
    const [right, all] = model.get("score");
    score.textContent = all ? `${right} of ${all} at the first try` : "";
    say(`${heading}. ${remark} ${sentence} ${score.textContent}`);
  };
  for (const name of ["graph", "step", "score"]) model.on(`change:${name}`, show);
  show();
}

// What is asked now: first each value that is made, in order; then each slope, from the end.
function state(model) {
  const nodes = model.get("graphs")[model.get("graph")];
  const forth = nodes.filter(({ made }) => made).map((node) => ({ node, phase: "forth" }));
  const back = nodes.slice(0, -1).filter(({ asked }) => asked).reverse().map((node) => ({ node, phase: "back" }));
  const steps = [...forth, ...inOrder(back, nodes)];
  const step = model.get("step");
  const now = steps[step];
  const target = now && (now.phase === "forth" ? now.node.value : now.node.slope);
  return { nodes, steps, step, now, target };
}

// A slope can be asked for when all nodes that use the number have theirs: given numbers come right
// after the node they go into, not all at the end.
function inOrder(back, nodes) {
  const known = new Set([nodes.at(-1).name]);
  const waiting = [...back];
  const found = [];
  while (waiting.length) {
    const ready = (step) => users(step.node, nodes).every(({ name }) => known.has(name));
    const latest = (step) => Math.max(...users(step.node, nodes).map(({ name }) => found.findLastIndex((f) => f.node.name === name)));
    const able = waiting.filter(ready);
    const oldest = Math.min(...able.map(latest));
    const next = able.find((step) => latest(step) === oldest);
    waiting.splice(waiting.indexOf(next), 1);
    known.add(next.node.name);
    found.push(next);
  }
  return found;
}

function users(node, nodes) {
  return nodes.filter(({ inputs }) => inputs.includes(node.name));
}

function question({ node, phase }, nodes, tries) {
  const values = Object.fromEntries(nodes.map(({ name, value }) => [name, value]));
  if (phase === "forth") {
    const known = [...new Set(node.inputs)].map((name) => `${name} = ${number(values[name])}`).join(", ");
    const start = `What is ${node.name} = ${node.made}?`;
    return tries ? `${start} Here ${known}.` : start;
  }
  const [one, ...more] = users(node, nodes);
  const cost = nodes.at(-1).name;
  const uses = [one, ...more].map(({ name, made }) => `${name} = ${made}`).join(" and in ");
  const start = `How fast does ${cost} change with ${node.name}? It is used in ${uses}.`;
  if (!tries) return start;
  const parts = [one, ...more].map((user) => {
    const local = user.locals[user.inputs.indexOf(node.name)];
    return `${user.name} has the slope ${number(user.slope)}, and its local slope along ${node.name} is ${number(local)}`;
  });
  return `${start} ${parts.join("; ")}.${more.length ? " What comes back is added." : ""}`;
}

function ending(nodes) {
  const found = nodes.filter(({ made, asked }) => !made && asked).map(({ name, slope }) => `${name}: ${number(slope)}`);
  return `Every arrow was used once each way, and all slopes are there. ${found.join(", ")}.`;
}

function drawing(nodes, done, now, name) {
  const columns = nodes.map(({ at }) => at[0]);
  const rows = nodes.map(({ at }) => at[1]);
  const top = Math.min(...rows);
  const width = Math.max(...columns) * GAP.x + NODE.width + 2 * EDGE;
  const height = (Math.max(...rows) - top) * GAP.y + NODE.height + 2 * EDGE;
  const middle = ({ at }) => [EDGE + NODE.width / 2 + at[0] * GAP.x, EDGE + NODE.height / 2 + (at[1] - top) * GAP.y];
  const known = (phase) => new Set(done.filter((step) => step.phase === phase).map(({ node }) => node.name));
  const [valued, sloped] = [known("forth"), known("back")];
  const isBack = now === undefined || now.phase === "back";
  const hasValue = (node) => !node.made || valued.has(node.name);
  const hasSlope = (node) => sloped.has(node.name) || (isBack && node === nodes.at(-1));
  const byName = Object.fromEntries(nodes.map((node) => [node.name, node]));
  const links = nodes.flatMap((node) =>
    node.inputs.map((input, i) => {
      const from = byName[input];
      const state = hasSlope(from) ? "back" : hasValue(node) ? "forth" : "";
      return link(middle(from), middle(node), state, state === "back" ? number(node.locals[i]) : "");
    }),
  );
  const boxes = nodes.map((node) =>
    box(node, middle(node), {
      value: hasValue(node) ? number(node.value) : "?",
      slope: hasSlope(node) ? number(node.slope) : "",
      now: now !== undefined && node === now.node,
    }),
  );
  return svg(
    "svg",
    { class: "n2r-graph", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `The graph: ${name}`, style: `max-width: ${1.3 * width}px` },
    ...links,
    ...boxes,
  );
}

function link([x1, y1], [x2, y2], state, slope) {
  const [left, right] = [x1 + NODE.width / 2, x2 - NODE.width / 2];
  // Above one another: from edge to edge.
  const path = right > left ? `M${left} ${y1}L${right} ${y2}` : `M${x1} ${y1 + (y2 > y1 ? 1 : -1) * (NODE.height / 2)}L${x2} ${y2 - (y2 > y1 ? 1 : -1) * (NODE.height / 2)}`;
  const line = svg("path", { class: "n2r-link", d: path, "data-state": state, "aria-hidden": "true" });
  const [mx, my] = right > left ? [(left + right) / 2, (y1 + y2) / 2] : [(x1 + x2) / 2, (y1 + y2) / 2];
  const text = svg("text", { class: "n2r-link-slope", x: mx, y: my + 4, "aria-hidden": "true" }, slope && `×${slope}`);
  return svg("g", {}, line, text);
}

function box(node, [x, y], { value, slope, now }) {
  const spoken = `${node.name}${node.made ? ` = ${node.made}` : ""}: value ${value === "?" ? "not known yet" : value}${slope ? `, slope ${slope}` : ""}`;
  return svg(
    "g",
    {
      class: "n2r-node",
      role: "img",
      "aria-label": spoken,
      "data-name": node.name,
      "data-given": String(!node.made),
      "data-now": String(now),
      transform: `translate(${x} ${y})`,
    },
    svg("rect", { x: -NODE.width / 2, y: -NODE.height / 2, width: NODE.width, height: NODE.height, rx: 9 }),
    svg("text", { class: "n2r-node-made", y: -17 }, node.made),
    svg(
      "text",
      { y: node.made ? 3 : -6 },
      svg("tspan", { class: "n2r-node-name" }, node.name),
      svg("tspan", {}, ` = ${value}`),
    ),
    svg("text", { class: "n2r-node-slope", y: 22 }, slope && `slope ${slope}`),
  );
}

export default { render };
