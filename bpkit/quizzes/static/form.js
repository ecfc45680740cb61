// A quiz or a prediction: questions as native controls, graded in the page from sealed data.
// Grading mirrors bpkit/quizzes/grade.py, and a test holds the two together.

const NUMBER = /^([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?)(?:\/([0-9]+))?$/i;
const GROUPED = /^[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?$/;
const SHAPE = /^[(\[]?\s*([0-9]{1,9}(?:\s*(?:,|x|×|\*|by|\s)\s*[0-9]{1,9})*)?\s*,?\s*[)\]]?$/i;
const WORD = { right: "right", wrong: "not yet", open: "open" };

export function unseal(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

export function read(item, typed) {
  typed = typed.trim().replaceAll("−", "-");
  if (item.kind === "choice") {
    const letter = typed.toLowerCase().replace(/\)+$/, "");
    return item.options.some(([known]) => known === letter) ? letter : null;
  }
  if (item.kind === "number") {
    typed = typed.replaceAll(" ", "");
    const found = NUMBER.exec(GROUPED.test(typed) ? typed.replaceAll(",", "") : typed);
    return found && Number(found[2] ?? 1) !== 0 ? Number(found[1]) / Number(found[2] ?? 1) : null;
  }
  return typed && SHAPE.test(typed) ? (typed.match(/[0-9]+/g) ?? []).map(Number) : null;
}

export function grade(item, typed) {
  const answer = read(item, typed);
  if (answer === null) return { state: "unread", text: item.accepts, name: "", at: "" };
  const { known, otherwise, tolerance } = unseal(item.sealed);
  const same = (other) =>
    item.kind === "number" ? Math.abs(other - answer) <= tolerance : String(other) === String(answer);
  return known.find((outcome) => same(outcome.answer)) ?? otherwise;
}

// The state of an item after all its tries: once right, it stays right.
export function stateOf(item, tried) {
  const states = tried.map((typed) => grade(item, typed).state);
  return states.includes("right") ? "right" : states.includes("wrong") ? "wrong" : "open";
}

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// JupyterLab takes arrow keys and Enter for itself unless the control says otherwise.
const control = (tag, attributes, ...children) =>
  make(tag, { "data-lm-suppress-shortcuts": "true", ...attributes }, ...children);

// Text with `code` between back ticks.
function marked(text) {
  return text.split("`").map((part, i) => (i % 2 ? make("code", {}, part) : part));
}

function choices(item) {
  return item.options.map(([letter, text]) => {
    const radio = control("input", { type: "radio", name: "answer", value: letter });
    return make("label", { class: "bp-option" }, radio, make("span", {}, `${letter}) `, ...marked(text)));
  });
}

function typing(item) {
  const input = control("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  return [make("label", { class: "bp-typed" }, make("span", {}, item.accepts), input)];
}

function say(verdict, given, said) {
  const head = {
    right: [`${given} is right.`],
    wrong: [`${given} is not right yet`, ...(said.name ? [": ", ...marked(said.name)] : []), "."],
    unread: ["No answer yet."],
  }[said.state];
  const text = [make("strong", {}, ...head), " ", ...marked(said.text)];
  if (said.at) text.push(` See ${said.at}.`);
  verdict.dataset.state = said.state;
  verdict.replaceChildren(...text);
}

// One question: `onAnswer(typed)` is called with an answer that can be read, `show(tried)` draws the tries so far.
function question(item, n, onAnswer) {
  const badge = make("span", { class: "bp-badge" });
  const legend = make("legend", {}, `${n}. `, ...marked(item.ask), " ", badge);
  const fields = item.kind === "choice" ? choices(item) : typing(item);
  const verdict = make("div", { role: "status", class: "bp-verdict" });
  const check = control("button", { type: "submit" }, "Check");
  const fieldset = make("fieldset", {}, legend, ...fields, check, verdict);
  const form = make("form", { novalidate: "" }, fieldset);
  const inputs = [...form.querySelectorAll("input")];

  // In a JupyterLab output the browser's own "Enter submits" does not happen, so it is done here.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = item.kind === "choice" ? (inputs.find((one) => one.checked)?.value ?? "") : inputs[0].value;
    const said = grade(item, typed);
    if (said.state === "unread") say(verdict, typed, said);
    else onAnswer(typed);
  });

  let drawn = -1; // how many tries are drawn; what is being typed now stays as it is
  const show = (tried) => {
    if (tried.length === drawn) return;
    drawn = tried.length;
    const state = stateOf(item, tried);
    fieldset.dataset.state = state;
    badge.textContent = WORD[state];
    if (drawn === 0) return;
    const last = tried.at(-1);
    if (item.kind === "choice") for (const one of inputs) one.checked = one.value === read(item, last);
    else inputs[0].value = last;
    say(verdict, last, grade(item, last));
  };
  return { form, show };
}

function render({ model, el }) {
  const { title, predicts, items } = model.get("quiz");
  const score = make("p", { class: "bp-score" });
  const answer = (i) => (typed) => {
    model.set("tries", model.get("tries").map((tried, k) => (k === i ? [...tried, typed] : tried)));
    model.save_changes();
  };
  const questions = items.map((item, i) => question(item, i + 1, answer(i)));

  const show = () => {
    const tries = model.get("tries");
    questions.forEach((one, i) => one.show(tries[i]));
    const states = items.map((item, i) => stateOf(item, tries[i]));
    const count = (state) => states.filter((one) => one === state).length;
    score.textContent = `${count("right")} right, ${count("wrong")} not yet, ${count("open")} open`;
  };
  const heading = make("p", { class: "bp-title" }, title);
  const forms = questions.map((one) => one.form);
  const group = make("div", { class: "bp-quiz", role: "group", "aria-label": title }, heading, ...forms);
  if (!predicts) group.append(score);
  el.replaceChildren(group);
  show();
  model.on("change:tries", show);
  return () => model.off("change:tries", show);
}

export default { render };
