// Error by year: the best entries of the ImageNet challenge, with switches for the ideas in them.
import { KEEPS_ARROW_KEYS, figureBox, html, number, plot, resetButton, set, svg } from "./drawing.js";

const ROOM_ABOVE = 6;

function render({ model, el }) {
  const { ideas, human } = model.get("scale");
  const entries = model.get("entries");
  const words = html("p", { class: "n2r-verdict" });
  const years = entries.map((entry) => entry.year);
  const shown = plot({
    domain: { x: [Math.min(...years) - 0.4, Math.max(...years) + 0.6], y: [0, 31] },
    labels: { name: "Top-5 error by year", x: "year of the challenge", y: "top-5 error in %" },
    size: { width: 700, height: 330 },
    ticks: { x: [] }, // years are no quantities to be rounded: they are written below
  });
  shown.above.append(
    ...[...new Set(years)].map((year) =>
      svg("text", { x: shown.x(year), y: shown.inner.height + 16, "text-anchor": "middle" }, String(year)),
    ),
  );
  const switches = ideas.map(([name, year]) => {
    const input = html("input", { type: "checkbox", value: name, ...KEEPS_ARROW_KEYS });
    input.addEventListener("change", () => {
      model.set("without", ideas.map(([idea]) => idea).filter((idea) => !inputOf(idea).checked));
      model.save_changes();
    });
    return { name, input, label: html("label", {}, input, `${name} (${year})`) };
  });
  const inputOf = (idea) => switches.find(({ name }) => name === idea).input;
  const { box, say } = figureBox(
    el,
    model,
    "Error by year",
    words,
    shown.node,
    html(
      "div",
      { class: "n2r-choices" },
      html("fieldset", {}, html("legend", {}, "Ideas: switch one off"), ...switches.map(({ label }) => label)),
    ),
    html("div", { class: "n2r-controls" }, resetButton(model)),
  );
  set(shown.node, { role: "img" });
  const dots = entries.map((entry) =>
    svg("circle", { class: "n2r-other", cx: shown.x(entry.year), cy: shown.y(entry.error), r: 3.5 }),
  );
  const line = svg("path", { class: "n2r-path" });
  const marks = svg("g", { class: "n2r-dots" });
  shown.drawing.append(
    svg("path", { class: "n2r-cut", d: `M0 ${shown.y(human)}H${shown.inner.width}` }),
    svg("text", { class: "n2r-note", x: 6, y: shown.y(human) + 15 }, `one trained person: ${number(human)}`),
    ...dots,
    line,
    marks,
  );

  const show = () => {
    const [best, without] = [model.get("best"), model.get("without")];
    for (const { name, input } of switches) input.checked = !without.includes(name);
    const at = best.map(({ year, error }) => [shown.x(year), shown.y(error)]);
    // A result stands until a better one comes: steps, not slopes.
    set(line, { d: at.map(([x, y], i) => (i ? `H${x}V${y}` : `M${x} ${y}`)).join("") });
    marks.replaceChildren(
      ...best.flatMap(({ error }, i) => [
        svg("circle", { cx: at[i][0], cy: at[i][1], r: 5 }),
        svg("text", { x: at[i][0] + 5, y: at[i][1] - ROOM_ABOVE }, number(error, 3)),
      ]),
    );
    const last = best.at(-1);
    const who = `${number(last.error, 3)} per cent, ${last.team}, ${last.from}`;
    const left = without.length ? `Without ${without.join(", ")}` : "With every idea";
    words.replaceChildren(
      html("strong", {}, `${left}: ${number(last.error, 3)}%`),
      html("span", {}, `the best of these: ${last.team}, ${last.from}`),
      html("small", {}, best.map(({ year, from, error, team }) => (from === year ? `${year} ${team} ${number(error, 3)}` : `${year} –`)).join(" · ")),
    );
    set(box, { "data-last": String(last.error), "data-without": without.join(";") });
    set(shown.node, { "aria-label": `Top-5 error by year. ${left}: ${best.map(({ year, error }) => `${year}: ${error}`).join(", ")}` });
    say(`${left}: ${who}.`);
  };
  for (const name of ["best", "without"]) model.on(`change:${name}`, show);
  show();
}

export default { render };
