// Plays the figures of a page without a kernel: their own modules, on the state that the executed
// notebook left, and on what the recorder saw the kernel answer in other states.

const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
const SAME = 1e-9;
const SHARE_OF_CHANGED = 1000; // the control that was moved decides which state is nearest
const WITHOUT_KERNEL = "Run the notebook to move this: only there is a Python that computes it.";
const RECORDED =
  "Recorded from a solved notebook, in some of its states. In yours, your own code computes every one.";

// What anywidget calls a model, with a recording in the kernel's place.
class Model {
  #values;
  #recording;
  #changed = new Set();
  #followers = new Map();
  #settled;
  #refuse;

  constructor(values, recording, refuse) {
    this.#values = values;
    this.#recording = recording;
    this.#refuse = refuse;
    this.#settled = { ...values };
  }

  get(name) {
    return this.#values[name];
  }

  set(name, value) {
    if (typeof name === "object") {
      for (const [one, its] of Object.entries(name)) this.set(one, its);
      return;
    }
    this.#changed.add(name);
    this.#put({ [name]: value });
  }

  // A kernel would be told now. What it answered when the page was made is looked up instead.
  save_changes() {
    const asked = [...this.#changed].filter((name) => this.#recording.kernel.includes(name));
    this.#changed.clear();
    if (asked.length === 0) {
      this.#settled = { ...this.#values };
      return;
    }
    const answer = answerOf(this.#recording, (name) => this.#values[name], asked);
    const moved = answer && asked.some((name) => !same(answer[name], this.#settled[name]));
    const meant = asked.some((name) => !same(this.#values[name], this.#settled[name]));
    if (answer && (moved || !meant)) {
      this.#put(answer);
      this.#settled = { ...this.#values };
    } else {
      this.#put(Object.fromEntries(asked.map((name) => [name, this.#settled[name]])));
      this.#refuse();
    }
  }

  send() {
    this.#refuse();
  }

  on(names, follower) {
    for (const name of names.split(" ")) {
      this.#followers.set(name, [...(this.#followers.get(name) ?? []), follower]);
    }
  }

  off(name, follower) {
    this.#followers.set(name, follower ? (this.#followers.get(name) ?? []).filter((one) => one !== follower) : []);
  }

  #put(values) {
    const changed = Object.keys(values).filter((name) => !same(values[name], this.#values[name]));
    for (const name of changed) this.#values[name] = values[name];
    for (const name of changed) this.#tell(`change:${name}`, this.#values[name]);
    if (changed.length) this.#tell("change");
  }

  #tell(event, value) {
    for (const follower of this.#followers.get(event) ?? []) follower(this, value);
  }
}

// The traits of the nearest recorded state, or null where none is alike.
function answerOf({ inputs, states, values }, get, asked) {
  if (!asked.every((name) => inputs.includes(name))) return null;
  let [nearest, least] = [null, Infinity];
  for (const state of states) {
    const away = inputs.reduce((sum, name, i) => {
      const weight = asked.includes(name) ? SHARE_OF_CHANGED : 1;
      return sum + weight * distance(get(name), state.at[i], !asked.includes(name));
    }, 0);
    if (away < least) [nearest, least] = [state, away];
  }
  if (!nearest) return null;
  const shown = Object.entries(nearest.shows).map(([name, place]) => [name, unpacked(values[place])]);
  return { ...Object.fromEntries(inputs.map((name, i) => [name, nearest.at[i]])), ...Object.fromEntries(shown) };
}

// Numbers can be near each other; words are the same or not, and lists only if they are as long.
// `lenient`: a control that nobody has touched just now may jump.
function distance(one, other, lenient) {
  if (typeof one === "number" && typeof other === "number") return Math.abs(one - other);
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    const [ours, theirs] = one.every((item) => typeof item === "string") ? [[...one].sort(), [...other].sort()] : [one, other];
    return ours.reduce((sum, item, i) => sum + distance(item, theirs[i], lenient), 0);
  }
  if (isRecord(one) && isRecord(other)) {
    return Object.keys(other).reduce((sum, key) => sum + distance(one[key], other[key], lenient), 0);
  }
  return one === other ? 0 : lenient ? 100 : Infinity;
}

function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof DataView);
}

// As good as equal: a recording has fewer digits than the state it was made from.
function same(one, other) {
  if (typeof one === "number" && typeof other === "number") {
    return one === other || Math.abs(one - other) <= SAME * Math.max(1, Math.abs(one));
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, i) => same(item, other[i]));
  }
  if (isRecord(one) && isRecord(other)) {
    const keys = Object.keys(one);
    return keys.length === Object.keys(other).length && keys.every((key) => same(one[key], other[key]));
  }
  return one === other;
}

function unpacked(value) {
  return isRecord(value) && typeof value.base64 === "string" ? bytesOf(value.base64) : value;
}

function bytesOf(text) {
  const characters = atob(text);
  return new DataView(Uint8Array.from(characters, (one) => one.charCodeAt(0)).buffer);
}

function modelsOfPage() {
  const models = {};
  for (const script of document.querySelectorAll(STATE)) {
    Object.assign(models, JSON.parse(script.textContent).state);
  }
  return models;
}

// A module of its own for each text: an import of a Blob also works from a disk.
const modules = new Map();
function moduleOf(text) {
  if (!modules.has(text)) {
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    modules.set(text, import(address));
  }
  return modules.get(text);
}

const styled = new Set();
function addStyle(text) {
  if (!text || styled.has(text)) return;
  styled.add(text);
  document.head.append(Object.assign(document.createElement("style"), { textContent: text }));
}

function line(text) {
  return Object.assign(document.createElement("p"), { className: "n2r-site-line", textContent: text });
}

async function mount(script, models) {
  const box = Object.assign(document.createElement("div"), { className: "n2r-site-figure" });
  script.replaceWith(box);
  const kept = models[JSON.parse(script.textContent).model_id];
  if (kept?.model_name !== "AnyModel" || !kept.state._esm) {
    box.append(line(WITHOUT_KERNEL));
    return;
  }
  const { _esm, _css, ...values } = kept.state;
  for (const { path, data } of kept.buffers ?? []) values[path[0]] = bytesOf(data);
  const recording = { kernel: [], messages: false, inputs: [], states: [], values: [], ...kept.recorded };
  const needsKernel = recording.kernel.length > 0 || recording.messages;
  const note = line(recording.states.length ? RECORDED : WITHOUT_KERNEL);
  const refuse = () => {
    note.textContent = WITHOUT_KERNEL;
    note.setAttribute("role", "status");
    note.classList.add("n2r-site-refused");
  };
  addStyle(_css);
  const el = document.createElement("div");
  box.append(el, ...(needsKernel ? [note] : []));
  const { default: figure } = await moduleOf(_esm);
  const model = new Model(values, recording, refuse);
  await figure.initialize?.({ model });
  await figure.render({ model, el });
  box.dataset.alive = "";
}

// The figures know light from dark by JupyterLab's attribute; the theme of the site has its own.
function followTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const tell = () => {
    const theme = document.body.dataset.theme;
    const isDark = theme === "dark" || (theme !== "light" && dark.matches);
    document.body.dataset.jpThemeLight = String(!isDark);
  };
  new MutationObserver(tell).observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });
  dark.addEventListener("change", tell);
  tell();
}

// What is wider than its column is moved sideways, from the keyboard as well.
const MAY_BE_WIDE = "pre, .table-wrapper, .output, mjx-container[display]";
function letScroll() {
  for (const box of document.querySelectorAll(MAY_BE_WIDE)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
}

async function showFigures() {
  const models = modelsOfPage();
  await Promise.all([...document.querySelectorAll(VIEW)].map((script) => mount(script, models)));
  document.body.dataset.figures = "ready";
}

// Two landmarks of the theme that a screen reader could not tell apart.
function nameLandmarks() {
  document.querySelector("aside.sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector("aside.toc-drawer")?.setAttribute("aria-label", "On this page");
}

followTheme();
nameLandmarks();
letScroll();
addEventListener("load", () => window.MathJax?.startup?.promise?.then(letScroll));
addEventListener("resize", letScroll);
showFigures();
