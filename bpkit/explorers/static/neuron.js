// One neuron: its graph with every value and gradient, and its loss against w with the tangent and a nudge.

import { axes, path, point } from "./axes.js";
import { evaluate, texts } from "./graph.js";
import { explorer, number } from "./view.js";

// All that the picture shows for these values, as bpkit/explorers/views/neuron.py draws it.
export function frame({ nodes, plot }, values) {
  const place = (name) => nodes.findIndex((node) => node.name === name);
  const loss = (w) => evaluate(nodes, { ...values, w }).value[place("L")];
  const { at, xs, top, tangent } = axes(plot);
  const { w, h } = values;
  const flow = evaluate(nodes, values);
  const L = flow.value[place("L")];
  const slope = flow.grad[place("w")];
  const heights = xs.map(loss);
  const highest = top(heights);
  const here = at(w, L, highest);
  const there = at(w + h, loss(w + h), highest);
  const change = number((loss(w + h) - L) / h);
  return {
    text: {
      ...texts(nodes, flow, number),
      "tick:half": number(highest / 2, 1),
      "tick:top": number(highest, 1),
      slope: `tangent: dL/dw = ${number(slope)}`,
      change: `nudge w by ${number(h, 2)}: ΔL/Δw = ${change}`,
    },
    path: {
      curve: path(xs.map((v, k) => at(v, heights[k], highest))),
      tangent: path(tangent(w, L, slope, highest)),
      nudge: path([here, there]),
    },
    dot: { here: point(here), there: point(there) },
    say: `L = ${number(L)}, dL/dw = ${number(slope)}; nudged by ${number(h, 2)}, ΔL/Δw = ${change}`,
  };
}

export default { render: (context) => explorer(context, frame) };
