// What every explorer is made of: numbers, controls, and a picture whose bound parts are filled in.

// A number as bpkit.notation.number writes it, halves to even, never -0.0000, in powers of ten where it needs them.
export function number(value, digits = 4) {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  const minus = value < 0 ? "-" : "";
  if (size && (size < 0.5 * 10 ** -digits || size >= 1e7)) {
    const [mantissa, power] = even((d) => size.toExponential(d), Math.max(digits - 2, 1)).split("e");
    return `${minus}${mantissa}e${power[0]}${power.slice(1).padStart(2, "0")}`;
  }
  const text = even((d) => size.toFixed(d), digits);
  return Number(text) ? minus + text : text;
}

function even(write, digits) {
  const [short, power] = write(digits).split("e");
  const exact = write(digits + 40).split("e");
  const cut = exact[0].slice(0, short.length);
  const tie = /^50*$/.test(exact[0].slice(short.length)) && exact[1] === power && "02468".includes(cut.at(-1));
  return (tie ? cut : short) + (power ? `e${power}` : "");
}

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Every control comes from these three: labelled, and with its keys kept from JupyterLab's own shortcuts.
const KEYS = { "data-lm-suppress-shortcuts": "true" };

export function button(text, act) {
  const made = element("button", { type: "button", ...KEYS }, text);
  made.addEventListener("click", act);
  return made;
}

// A slider with a box beside it to type into; change(value) is called with every number in range.
export function slider({ name, label, min, max, step }, change) {
  const range = element("input", { type: "range", min, max, step, "aria-label": `${name}, ${label}`, ...KEYS });
  const box = element("input", { type: "number", min, max, step, "aria-label": `${name}, ${label}, typed`, ...KEYS });
  let shown = null;
  const show = (value) => {
    shown = value;
    range.value = value;
    if (box !== box.getRootNode().activeElement || Number(box.value) !== value) box.value = Number(value.toFixed(10));
  };
  range.addEventListener("input", () => change(range.valueAsNumber));
  box.addEventListener("input", () => {
    const typed = box.valueAsNumber;
    if (typed >= min && typed <= max) change(typed);
  });
  box.addEventListener("change", () => {
    const typed = box.valueAsNumber;
    if (Number.isNaN(typed)) show(shown);
    else change(Math.min(max, Math.max(min, typed)));
  });
  const words = element("span", { class: "bp-name", "aria-hidden": "true" }, element("b", {}, name), ` ${label}`);
  return { node: element("div", { class: "bp-control" }, words, range, box), show };
}

// A list of words to choose from.
export function chooser({ name, label, options }, change) {
  const list = element("select", { "aria-label": label, ...KEYS }, ...options.map((word) => element("option", {}, word)));
  list.addEventListener("change", () => change(list.value));
  const words = element("span", { class: "bp-name", "aria-hidden": "true" }, label);
  return { node: element("div", { class: "bp-control bp-choice" }, words, list), show: (value) => (list.value = value) };
}

// A button that moves a slider on by itself, from the start again when it stands at the end. It asks for the next frame
// only while the page shows it; for readers who want no motion it takes one step a click. pace() is
// [milliseconds between two steps, steps at once], rest() is called when it stands still.
function play({ min, max }, now, move, pace, rest) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let frame = 0;
  let last = 0;
  const stop = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    node.textContent = still.matches ? "Step" : "Play";
    rest();
  };
  const tick = (time) => {
    if (!node.isConnected || now() >= max) return stop();
    frame = requestAnimationFrame(tick);
    const [wait, steps] = pace();
    if (time - last < wait) return;
    last = time;
    move(Math.min(max, Math.round(now()) + steps));
  };
  const node = button("", () => {
    if (frame) return stop();
    if (now() >= max) move(min);
    if (still.matches) return move(Math.min(max, now() + pace()[1]));
    node.textContent = "Pause";
    frame = requestAnimationFrame(tick);
  });
  node.textContent = still.matches ? "Step" : "Play";
  return { node, stop, running: () => frame !== 0 };
}

// Write what a frame holds into the parts of a picture that carry its data-bind names, where they differ.
export function fill(bound, { text = {}, path = {}, dot = {}, width = {}, dash = {}, role = {} }) {
  const write = (part, attribute, value) => {
    if (part.getAttribute(attribute) !== value) part.setAttribute(attribute, value);
  };
  for (const [name, parts] of bound) {
    for (const part of parts) {
      if (name in path) write(part, "d", path[name]);
      if (name in dot) (part.localName === "text" ? ["x", "y"] : ["cx", "cy"]).forEach((axis, k) => write(part, axis, String(dot[name][k])));
      if (name in text && part.textContent !== text[name]) part.textContent = text[name];
      if (name in width) write(part, "stroke-width", String(width[name]));
      if (name in dash) dash[name] ? write(part, "stroke-dasharray", "6 4") : part.removeAttribute("stroke-dasharray");
      if (name in role) write(part, "class", `bp-${role[name]}`);
    }
  }
}

// One explorer: pictures and controls in the page, frame(data, values) in between, Python listening to the values.
export function explorer({ model, el }, frame) {
  const data = model.get("data");
  const start = data.start;
  const said = element("p", { class: "bp-said", role: "status" });
  let rest = 0;
  let written = 0;

  const set = (changes) => {
    model.set("values", { ...model.get("values"), ...changes });
    model.save_changes();
  };
  const controls = data.controls.map((control) => {
    const make = control.options ? chooser : slider;
    return [control.name, make(control, (value) => set({ [control.name]: value }))];
  });
  const pictures = data.pictures.map((svg) => {
    const figure = element("div", { class: "bp-figure" });
    figure.innerHTML = svg;
    return figure;
  });
  const reset = button("Reset", () => set(start));
  const value = (name) => model.get("values")[name];
  const moving = data.play && data.controls.find(({ name }) => name === data.play.name);
  const player = moving && play(moving, () => value(moving.name), (next) => set({ [moving.name]: next }),
    () => data.play.speeds[value("speed") ?? ""], () => paint());
  const buttons = element("div", { class: "bp-buttons" }, ...(player ? [player.node] : []), reset);
  const hand = element("div", { class: "bp-controls" }, ...controls.map(([, made]) => made.node), buttons);
  const top = pictures.length > 1 ? pictures.slice(0, 1) : [];
  const row = element("div", { class: "bp-row" }, hand, ...pictures.slice(top.length, top.length + 1));
  const root = element("div", { class: "bp-explorer bp-picture", role: "group", "aria-label": data.title },
    ...top, row, ...pictures.slice(2), said);
  const bound = new Map();
  root.querySelectorAll("[data-bind]").forEach((part) => {
    bound.set(part.dataset.bind, [...(bound.get(part.dataset.bind) ?? []), part]);
  });

  // a picture too wide for its place can be scrolled, by the keyboard too
  const sizes = new ResizeObserver(() => {
    for (const figure of pictures) figure.tabIndex = figure.scrollWidth > figure.clientWidth ? 0 : -1;
  });
  pictures.forEach((figure) => sizes.observe(figure));

  const paint = () => {
    const values = model.get("values");
    const next = frame(data, values);
    // nobody reads digits that change 60 times a second, and they cost more than all lines: while a run plays, they
    // follow 12 times a second
    const late = player?.running() && performance.now() - written < 80;
    if (!late) written = performance.now();
    fill(bound, late ? { ...next, text: {} } : next);
    for (const [name, made] of controls) made.show(values[name]);
    clearTimeout(rest);
    rest = setTimeout(() => (said.textContent = next.say), 600); // a screen reader hears the numbers at rest
  };
  model.on("change:values", paint);
  el.append(root);
  paint();
  return () => {
    sizes.disconnect();
    model.off("change:values", paint);
    player?.stop();
    clearTimeout(rest);
    root.remove();
  };
}
