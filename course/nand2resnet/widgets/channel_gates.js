// Channel gates: a table of gates by digit and channel, and what is read once some are closed.
import { KEEPS_ARROW_KEYS, figureBox, html, resetButton, set } from "./drawing.js";
import { oneOf } from "./controls.js";

const MUCH = 0.2; // of a digit's pictures: a loss that is worth a word

function render({ model, el }) {
  const words = html("p", { class: "n2r-verdict" });
  const table = html("table", { class: "n2r-gates" });
  const change = (closed) => {
    model.set("closed", closed);
    model.save_changes();
  };
  const toggle = (channel) => {
    const closed = model.get("closed");
    change(closed.includes(channel) ? closed.filter((one) => one !== channel) : [...closed, channel].sort((a, b) => a - b));
  };
  let view = "gates";
  const views = [
    { value: "gates", text: "the gates" },
    { value: "differences", text: "how they differ from the mean of all digits" },
  ];
  const choice = oneOf("Shown in the table", views, (value) => {
    view = value;
    show();
  });
  const reset = resetButton(model, () => {
    view = "gates";
    show();
  });
  const key = html("p", { class: "n2r-gates-key" });
  const { box, say } = figureBox(
    el,
    model,
    "Channel gates",
    words,
    html("div", { class: "n2r-wide" }, table),
    key,
    choice.node,
    html("div", { class: "n2r-controls" }, reset),
  );

  const channels = [];
  const rows = [];
  const build = () => {
    const gates = model.get("gates");
    if (!gates.length || rows.length) return;
    const needed = model.get("needed");
    gates[0].forEach((_, channel) => channels.push(channelButton(channel, toggle)));
    const head = html(
      "tr",
      {},
      html("th", { scope: "col" }, "digit"),
      ...channels.map((node) => html("th", { scope: "col" }, node)),
      html("th", { scope: "col", class: "n2r-read" }, "read"),
    );
    const body = html("tbody");
    gates.forEach((row, digit) => {
      const made = digitRow(row, digit, () => change([needed[digit]]));
      rows.push(made);
      body.append(made.node);
    });
    table.append(html("caption", { class: "n2r-spoken" }, "Mean gates by digit and channel"), html("thead", {}, head), body);
  };

  const show = () => {
    build();
    choice.show(view);
    key.replaceChildren(...keyOf(view, farthest(model.get("gates"))));
    const [right, before, closed] = [model.get("right"), model.get("open_right"), model.get("shown")];
    if (!rows.length || !right.length) return;
    channels.forEach((node, channel) => {
      const off = closed.includes(channel);
      set(node, { "aria-pressed": String(off) });
      rows.forEach(({ cells }) => cells[channel].classList.toggle("n2r-closed", off));
    });
    const means = channels.map((_, channel) => rows.reduce((sum, { gates }) => sum + gates[channel], 0) / rows.length);
    const most = farthest(model.get("gates"));
    rows.forEach(({ shade, show: draw }, digit) => {
      shade(view === "gates" ? undefined : means, most);
      draw(right[digit], before[digit]);
    });
    const told = sentence(closed, right, before);
    words.replaceChildren(html("strong", {}, told.short), html("span", {}, told.long));
    set(box, { "data-closed": closed.join(","), "data-right": right.map((share) => share.toFixed(3)).join(",") });
    say(`${told.short}. ${told.long}`);
  };
  for (const name of ["gates", "right", "shown"]) model.on(`change:${name}`, show);
  show();
}

// The largest difference between a gate of one digit and the mean of all digits.
function farthest(gates) {
  if (!gates.length) return 1;
  const means = gates[0].map((_, channel) => gates.reduce((sum, row) => sum + row[channel], 0) / gates.length);
  return Math.max(0.001, ...gates.flatMap((row) => row.map((gate, channel) => Math.abs(gate - means[channel]))));
}

function keyOf(view, most) {
  const swatch = (open, less) => html("span", { class: less ? "n2r-gate n2r-less" : "n2r-gate", style: `--open: ${open}%` });
  const mark = ". The mark on a bar: what was read with all gates as they are.";
  if (view === "gates") return ["Rows are digits, columns are channels. A gate: ", swatch(0), " shut ", swatch(50), " half open ", swatch(100), " open", mark];
  return ["Rows are digits, columns are channels. A gate, beside its mean: ", swatch(100, true), ` ${most.toFixed(3)} less open `, swatch(0), " the same ", swatch(100), ` ${most.toFixed(3)} more open`, mark];
}

function sentence(closed, right, before) {
  if (!closed.length) return { short: "All gates as they are", long: "close a channel, or choose a digit to close the one it needs most" };
  const lost = right.map((share, digit) => [before[digit] - share, digit]).sort((a, b) => b[0] - a[0]);
  const hurt = lost.filter(([loss]) => loss >= MUCH).map(([, digit]) => digit);
  const name = closed.length === 1 ? `Channel ${closed[0]} closed` : `Channels ${closed.join(", ")} closed`;
  const [most, digit] = lost[0];
  const worst = `most for the ${digit}, from ${percent(before[digit])} to ${percent(right[digit])}`;
  if (most < 0.005) return { short: name, long: "no digit is read worse" };
  return { short: name, long: `${hurt.length} of ${right.length} digits lose a fifth or more of their pictures, ${worst}` };
}

function percent(share) {
  return `${Math.round(100 * share)}%`;
}

function channelButton(channel, toggle) {
  const node = html(
    "button",
    { type: "button", class: "n2r-channel", "aria-pressed": "false", "aria-label": `Close channel ${channel}`, ...KEEPS_ARROW_KEYS },
    String(channel),
  );
  node.addEventListener("click", () => toggle(channel));
  return node;
}

function digitRow(gates, digit, closeNeeded) {
  const chosen = html("button", { type: "button", class: "n2r-digit", "aria-label": `Close the channel that ${digit} needs most` }, String(digit));
  chosen.addEventListener("click", closeNeeded);
  const cells = gates.map(() => html("td", { class: "n2r-gate" }, html("span", { class: "n2r-spoken" })));
  const shade = (means, most) =>
    gates.forEach((gate, channel) => {
      const shown = means ? (gate - means[channel]) / most : gate;
      const told = means ? (gate - means[channel]).toFixed(3) : gate.toFixed(2);
      cells[channel].classList.toggle("n2r-less", shown < 0);
      cells[channel].style.setProperty("--open", `${(100 * Math.min(1, Math.abs(shown))).toFixed(1)}%`);
      set(cells[channel], { title: told });
      cells[channel].firstChild.textContent = told;
    });
  const bar = html("span", { class: "n2r-bar" });
  const mark = html("span", { class: "n2r-was" });
  const number = html("span", { class: "n2r-share" });
  const read = html("td", { class: "n2r-read" }, html("span", { class: "n2r-bars" }, bar, mark), number);
  const node = html("tr", {}, html("th", { scope: "row" }, chosen), ...cells, read);
  const show = (now, before) => {
    bar.style.width = `${100 * now}%`;
    mark.style.left = `${100 * before}%`;
    number.textContent = percent(now);
    read.classList.toggle("n2r-fades", before - now >= MUCH);
  };
  return { node, gates, cells, shade, show };
}

export default { render };
