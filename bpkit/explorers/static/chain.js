// The chain rule: every path from one input to the output, the factor of one wire, and what a nudge does.

import { evaluate, texts } from "./graph.js";
import { explorer, number } from "./view.js";

// All that the pictures show for these values, as bpkit/explorers/views/chain.py draws them.
export function frame({ nodes, output, rows, paths, wires }, values) {
  const { nudged, h, wire } = values;
  const flow = evaluate(nodes, values);
  const last = nodes.length - 1;
  const moved = evaluate(nodes, { ...values, [nudged]: values[nudged] + h }).value[last];
  const place = nodes.findIndex((node) => node.name === nudged);
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
  text.sum = `sum over the paths: d${output}/d${nudged} = ${number(flow.grad[place])}`;
  text.change = `nudge ${nudged} by ${number(h, 2)}: Δ${output}/Δ${nudged} = ${number((moved - flow.value[last]) / h)}`;
  const { start, end, k, rule, equation, factor, at } = wires[wire];
  const slope = flow.local[at[1]][k];
  const grad = flow.grad[at[1]];
  const constant = rule === "1" || rule === "−1";
  [`wire ${wire}: ${equation}`, `local factor ${factor} = ${rule}${constant ? "" : ` = ${number(slope)}`}`,
    `for a small step, ${end} moves ${number(slope)} times as far as ${start}`,
    `∇ back: d${output}/d${end} · ${factor} = ${number(grad)} · ${number(slope)} = ${number(grad * slope)}`]
    .forEach((line, n) => (text[`local:${n}`] = line));
  const width = {};
  const role = {};
  for (const { end: node, k: i } of Object.values(wires)) {
    const name = `wire:${node}:${i}`;
    const chosen = node === end && i === k;
    width[name] = chosen ? 5 : taken.has(name) ? 3 : 1.5;
    role[name] = chosen ? "backward" : taken.has(name) ? "ink" : "quiet";
  }
  const said = [0, 1, 2, 3].map((n) => text[`local:${n}`]).join(", ");
  return { text, width, role, say: `${output} = ${number(flow.value[last])}; ${text.sum}; ${text.change}; ${said}` };
}

export default { render: (context) => explorer(context, frame) };
