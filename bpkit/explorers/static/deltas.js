// The backward pass, one step at a time, with a typical mistake switched on. All numbers come from Python.

import { explorer, number } from "./view.js";

// All that the pictures show for these values, as bpkit/explorers/views/deltas.py draws them.
export function frame({ steps }, values) {
  const { lines, off, numbers } = steps[values.mistake];
  const step = Math.floor(values.step + 0.5);
  const text = {};
  const role = {};
  for (const [name, [brought, value]] of Object.entries(numbers)) {
    text[name] = brought <= step ? (name.startsWith("dW") ? "∇ " : "") + number(value) : "";
  }
  lines.forEach((line, k) => {
    text[`mark:${k}`] = k === step ? "→" : "";
    text[`line:${k}`] = line;
    text[`off:${k}`] = k <= step ? off[k] : "";
    role[`line:${k}`] = k === step ? "ink" : "quiet";
  });
  return { text, role, say: `step ${step}: ${lines[step]} ${off[step]}` };
}

export default { render: (context) => explorer(context, frame) };
