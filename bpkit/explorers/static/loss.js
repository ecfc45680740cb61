// Three losses against the prediction a, each with its tangent.

import { axes, path, point } from "./axes.js";
import { evaluate } from "./graph.js";
import { explorer, number } from "./view.js";

// All that the picture shows for these values, as bpkit/explorers/views/loss.py draws it.
export function frame({ curves, plot, inside, reach }, values) {
  const { at, xs, top, tangent } = axes(plot);
  const highest = top([0]);
  const shown = { text: {}, path: {}, dot: {} };
  const said = [];
  for (const [name, { words, nodes }] of Object.entries(curves)) {
    const place = (node) => nodes.findIndex((n) => n.name === node);
    const flow = (a) => evaluate(nodes, { ...values, a });
    const L = flow(values.a).value[place("L")];
    const slope = flow(values.a).grad[place("a")];
    const between = xs.filter((v) => inside[0] <= v && v <= inside[1]);
    shown.path[`curve:${name}`] = path(between.map((v) => at(v, flow(v).value[place("L")], highest)));
    shown.path[`tangent:${name}`] = path(tangent(values.a, L, slope, highest, reach));
    shown.dot[`dot:${name}`] = point(at(values.a, L, highest));
    shown.text[`words:${name}`] = `${words}: L = ${number(L)}, dL/da = ${number(slope)}`;
    said.push(shown.text[`words:${name}`]);
  }
  return { ...shown, say: said.join("; ") };
}

export default { render: (context) => explorer(context, frame) };
