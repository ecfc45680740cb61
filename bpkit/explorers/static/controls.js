// The controls of every explorer.

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
