// A slider with its name and value, and a choice of one among a few.
import { KEEPS_ARROW_KEYS, fixed, html, rangeInput, set } from "./drawing.js";

// A slider over equally spaced values; show(value) moves it.
export function numberSlider(name, { low, high, step, decimals = 2, format }, onInput) {
  const written = format ?? ((value) => fixed(value, decimals));
  const stops = Math.round((high - low) / step);
  const value = html("span", { class: "n2r-value" });
  const input = rangeInput(name, stops, (stop) => onInput(low + stop * step));
  const track = html("div", { class: "n2r-track n2r-plain-track" }, input);
  const node = html("div", { class: "n2r-slider" }, html("span", { class: "n2r-label" }, name, value), track);
  const show = (number) => {
    input.value = String(Math.round((number - low) / step));
    value.textContent = written(number);
    set(input, { "aria-valuetext": written(number) });
  };
  return { node, show };
}

// Radio buttons; options are {value, text}. show(value) chooses one.
export function oneOf(legend, options, onChoice) {
  const name = `n2r-${Math.random().toString(36).slice(2)}`;
  const inputs = options.map(({ value }) => html("input", { type: "radio", name, value, ...KEEPS_ARROW_KEYS }));
  const labels = options.map(({ text }, i) => html("label", {}, inputs[i], text));
  const fieldset = html("fieldset", {}, html("legend", {}, legend), ...labels);
  fieldset.addEventListener("change", (event) => onChoice(event.target.value));
  const node = html("div", { class: "n2r-choices" }, fieldset);
  const show = (value) => {
    for (const input of inputs) input.checked = input.value === value;
  };
  return { node, show };
}
