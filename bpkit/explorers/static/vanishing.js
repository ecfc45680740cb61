// The size of every a[l] and delta[l] of a deep network. All numbers come from Python.

import { path } from "./axes.js";
import { explorer, number } from "./view.js";

// All that the picture shows for these values, as bpkit/explorers/views/vanishing.py draws it.
export function frame({ sizes, plot }, values) {
  const depth = Math.floor(values.depth + 0.5);
  const { a, delta } = sizes[values.f][values.start];
  const at = (l, value) => {
    const power = value > 0 ? Math.min(Math.max(Math.log10(value), plot.low), plot.high) : plot.low;
    return [plot.left + (l / plot.deepest) * plot.width, plot.bottom - ((power - plot.low) / (plot.high - plot.low)) * plot.height];
  };
  const shown = { text: {}, path: {} };
  for (const [name, letter, all] of [["a", "a", a.slice(0, depth)], ["delta", "δ", delta[depth - 1]]]) {
    const points = all.map((value, k) => at(k + 1, value));
    shown.path[name] = path(depth > 1 ? points : [-4, 4].map((way) => [points[0][0] + way, points[0][1]]));
    shown.text[`words:${name}`] = `size of ${letter}: ${number(all[0])} in layer 1, ${number(all.at(-1))} in layer ${depth}`;
  }
  return { ...shown, say: Object.values(shown.text).join("; ") };
}

export default { render: (context) => explorer(context, frame) };
