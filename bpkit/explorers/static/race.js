// Three optimisers on one surface. Their rules are those of bpkit/optim.py, and a test holds both to the same places.

import { path, point } from "./axes.js";
import { explorer, number } from "./view.js";

const RULES = {
  SGD: ({ eta }) => (w, g) => w.map((x, i) => x - eta * g[i]),
  Momentum({ eta, beta }) {
    let v = [0, 0];
    return (w, g) => {
      v = v.map((x, i) => beta * x + g[i]);
      return w.map((x, i) => x - eta * v[i]);
    };
  },
  Adam({ eta, beta1, beta2 }) {
    let t = 0;
    let m = [0, 0];
    let v = [0, 0];
    return (w, g) => {
      t += 1;
      m = m.map((x, i) => beta1 * x + (1 - beta1) * g[i]);
      v = v.map((x, i) => beta2 * x + (1 - beta2) * g[i] ** 2);
      return w.map((x, i) => x - (eta * (m[i] / (1 - beta1 ** t))) / (Math.sqrt(v[i] / (1 - beta2 ** t)) + 1e-8));
    };
  },
};

// The place of one optimiser after 0, 1, ... steps.
export function way(name, { curvature, from, steps }, values) {
  const rule = RULES[name](values);
  const places = [from];
  for (let k = 0; k < steps; k++) places.push(rule(places[k], places[k].map((w, i) => curvature[i] * w)));
  return places;
}

const inside = (plot, [x, y]) => {
  const share = (p, [low, high]) => (Math.min(Math.max(p, low), high) - low) / (high - low);
  return [plot.left + share(x, plot.x) * plot.width, plot.bottom - share(y, plot.y) * plot.height];
};

// All that the pictures show for these values, as bpkit/explorers/views/race.py draws them.
export function frame(data, values) {
  const now = Math.floor(values.step + 0.5);
  const shown = { text: {}, path: {}, dot: {} };
  const said = [];
  for (const [name, words] of Object.entries(data.runners)) {
    const places = way(name, data, values).slice(0, now + 1);
    const heights = places.map((w) => w.reduce((sum, x, i) => sum + data.curvature[i] * x * x, 0) / 2);
    const line = `${words}: L = ${number(heights[now])} after ${now} steps`;
    const lines = {
      way: places.map((w) => inside(data.surface, w)),
      fall: heights.map((h, t) => inside(data.loss, [t, h > 0 ? Math.log10(h) : -Infinity])),
    };
    for (const [where, points] of Object.entries(lines)) {
      const [x, y] = points[now];
      shown.path[`${where}:${name}`] = path(points);
      shown.dot[`dot:${where}:${name}`] = point([x, y]);
      shown.dot[`letter:${where}:${name}`] = point([x, y + 4]);
    }
    shown.text[`words:${name}`] = `${{ SGD: "G", Momentum: "M", Adam: "A" }[name]}  ${line}`;
    said.push(line);
  }
  return { ...shown, say: said.join("; ") };
}

export default { render: (context) => explorer(context, frame) };
