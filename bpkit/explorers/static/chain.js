// The chain rule: every path from one input to the output, and what a nudge of that input does.

import { evaluate, texts } from "./graph.js";
import { explorer, number } from "./view.js";

// All that the pictures show for these values, as bpkit/explorers/views/chain.py draws them.
export function frame({ nodes, output, rows, paths }, values) {
  const { nudged, h } = values;
  const flow = evaluate(nodes, values);
  const last = nodes.length - 1;
  const moved = evaluate(nodes, { ...values, [nudged]: values[nudged] + h }).value[last];
  const start = nodes.findIndex((node) => node.name === nudged);
  const text = texts(nodes, flow, number);
  const taken = new Set();
  for (let k = 0; k < rows; k++) {
    const path = paths[nudged][k];
    const local = path?.steps.map(([node, i]) => flow.local[node][i]);
    const product = local?.reduce((p, d) => p * d, 1);
    text[`path:${k}`] = path?.words ?? "";
    text[`product:${k}`] = local ? local.map((d) => number(d)).join(" · ") + (local.length > 1 ? ` = ${number(product)}` : "") : "";
    path?.steps.forEach(([node, i]) => taken.add(`wire:${nodes[node].name}:${i}`));
  }
  text.sum = `sum over the paths: d${output}/d${nudged} = ${number(flow.grad[start])}`;
  text.change = `nudge ${nudged} by ${number(h, 2)}: Δ${output}/Δ${nudged} = ${number((moved - flow.value[last]) / h)}`;
  const wires = nodes.flatMap((node) => node.inputs.map((_, i) => `wire:${node.name}:${i}`));
  return {
    text,
    width: Object.fromEntries(wires.map((wire) => [wire, taken.has(wire) ? 3 : 1.5])),
    role: Object.fromEntries(wires.map((wire) => [wire, taken.has(wire) ? "ink" : "quiet"])),
    say: `${output} = ${number(flow.value[last])}; ${text.sum}; ${text.change}`,
  };
}

export default { render: (context) => explorer(context, frame) };
