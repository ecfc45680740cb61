// What every explorer is made of: numbers, controls, and a picture whose bound parts are filled in.

import { button, chooser, element, slider } from "./controls.js";
import { feed, play } from "./play.js";

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

// Wires that can be clicked: over each lies a broad one that nobody sees. By keyboard the list of the same names does it.
function picks(root, { control, parts }, set) {
  for (const [name, value] of Object.entries(parts)) {
    for (const wire of root.querySelectorAll(`path[data-bind="${CSS.escape(name)}"]`)) {
      const hit = wire.cloneNode();
      hit.removeAttribute("data-bind");
      hit.removeAttribute("style");
      hit.setAttribute("class", "bp-hit");
      hit.addEventListener("click", () => set({ [control]: value }));
      wire.ownerSVGElement.append(hit);
    }
  }
}

// One explorer: pictures and controls in the page, frame(data, values) in between, Python listening to the values.
export function explorer({ model, el }, frame) {
  const data = model.get("data");
  const start = data.start;
  const said = element("p", { class: "bp-said", role: "status" });
  const alert = element("p", { class: "bp-alert", role: "alert" });
  let rest = 0;
  let written = 0;

  const set = (changes) => {
    model.set("values", { ...model.get("values"), ...changes });
    if (!player?.running()) model.save_changes(); // Python hears of a run when it rests
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
  // a picture that is wider than its place is scrolled, by keyboard as well
  const room = new ResizeObserver(() => {
    for (const figure of pictures) figure.tabIndex = figure.scrollWidth > figure.clientWidth ? 0 : -1;
  });
  pictures.forEach((figure) => room.observe(figure));
  const reset = button("Reset", () => set(start));
  const value = (name) => model.get("values")[name];
  const moving = data.play && data.controls.find(({ name }) => name === data.play.name);
  const steps = data.live && feed(model, data.kept, moving.max, (words) => {
    alert.textContent = words;
    player.stop();
  });
  const player = moving && play(moving, {
    now: () => value(moving.name),
    move(next) {
      alert.textContent = "";
      set({ [moving.name]: next });
    },
    pace: () => data.play.speeds[value("speed") ?? ""],
    ready: (step) => (steps ? steps.ready(step, value(moving.name)) : step),
    rest() {
      model.save_changes();
      paint();
    },
  });
  const buttons = element("div", { class: "bp-buttons" }, ...(player ? [player.node] : []), reset);
  const hand = element("div", { class: "bp-controls" }, ...controls.map(([, made]) => made.node), buttons);
  const top = pictures.length > 1 ? pictures.slice(0, 1) : [];
  const row = element("div", { class: "bp-row" }, hand, ...pictures.slice(top.length, top.length + 1));
  const root = element("div", { class: "bp-explorer bp-picture", role: "group", "aria-label": data.title },
    ...top, row, alert, ...pictures.slice(2), said);
  const bound = new Map();
  root.querySelectorAll("[data-bind]").forEach((part) => {
    bound.set(part.dataset.bind, [...(bound.get(part.dataset.bind) ?? []), part]);
  });

  if (data.picks) picks(root, data.picks, set);

  // what is scrolled away rests
  const sight = new IntersectionObserver((seen) => {
    if (!seen.at(-1).isIntersecting && player?.running()) player.stop();
  });
  sight.observe(root);

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
    sight.disconnect();
    room.disconnect();
    steps?.close();
    model.off("change:values", paint);
    player?.stop();
    clearTimeout(rest);
    root.remove();
  };
}
