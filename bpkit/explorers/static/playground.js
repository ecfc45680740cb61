// A small network learns two classes of points. Every step was computed by Python; the page paints it.

import { path } from "./axes.js";
import { explorer, number } from "./view.js";

const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
export const RULES = {
  identity: (z) => z,
  sigmoid,
  tanh: Math.tanh,
  relu: (z) => Math.max(z, 0),
  softplus,
  silu: (z) => z * sigmoid(z),
  gelu: (z) => 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
};

// The weighted sums of every layer for one input.
export function sums({ W, b }, f, x) {
  const all = [];
  let a = x;
  W.forEach((weights, l) => {
    all[l] = weights.map((row, i) => row.reduce((sum, w, j) => sum + w * a[j], b[l][i][0]));
    a = all[l].map(RULES[f[l]]);
  });
  return all;
}

// For each of these units four paths: the cells where its z lies below -1, below 0, above 0, above 1.
function areas(grids, now, f, area, levels) {
  const { cells } = grids[0][1];
  const found = Object.fromEntries(grids.map(([name]) => [name, Array(levels).fill("")]));
  const between = ([low, high], k) => low + ((high - low) * (k + 0.5)) / cells;
  for (let row = 0; row < cells; row++) {
    const z = Array.from({ length: cells }, (_, k) => sums(now, f, [between(area.x, k), between(area.y, cells - 1 - row)]));
    for (const [name, { left, top, cell, unit }] of grids) {
      const level = z.map((all) => [-1, 0, 1].filter((edge) => all[unit[0] - 1][unit[1]] > edge).length);
      let start = 0;
      for (let end = 1; end <= cells; end++) {
        if (end < cells && level[end] === level[start]) continue;
        const [x, y, right, bottom] = [left + start * cell, top + row * cell, left + end * cell, top + (row + 1) * cell];
        found[name][level[start]] += `M${x} ${y}L${right} ${y}L${right} ${bottom}L${x} ${bottom}`;
        start = end;
      }
    }
  }
  return Object.fromEntries(grids.flatMap(([name]) => found[name].map((d, k) => [`${name}:${k}`, d])));
}

const inside = (plot, x, y) => {
  const share = (p, [low, high]) => (Math.min(Math.max(p, low), high) - low) / (high - low);
  return [plot.left + share(x, plot.x) * plot.width, plot.bottom - share(y, plot.y) * plot.height];
};
const stretched = (points) => (points.length > 1 ? points : [...points, [points[0][0] + 2, points[0][1]]]);

// All that the pictures show for these values, as bpkit/explorers/views/playground.py draws them.
export function frame({ kept, f, levels, digits, grids, area, fall, slopes }, values) {
  const t = Math.min(Math.floor(values.step + 0.5), kept.length - 1);
  const now = kept[t];
  const past = kept.slice(0, t + 1);
  const shown = { text: {}, path: {}, width: {}, dash: {}, role: {} };
  const places = Object.entries(grids);
  for (const cells of new Set(places.map(([, place]) => place.cells))) {
    Object.assign(shown.path, areas(places.filter(([, place]) => place.cells === cells), now, f, area, levels));
  }
  const losses = past.map(({ loss }, k) => inside(fall, k, loss));
  shown.path.loss = path(stretched(losses));
  f.forEach((_, l) => {
    const points = past.map(({ norms }, k) => inside(slopes, k, norms[l] > 0 ? Math.log10(norms[l]) : -Infinity));
    shown.path[`slope:${l}`] = path(stretched(points));
  });
  const most = Math.max(...now.W.flat(2).map(Math.abs)) || 1;
  now.W.forEach((weights, l) => weights.forEach((row, i) => {
    shown.text[`b:${l + 1}:${i}`] = number(now.b[l][i][0], digits);
    shown.text[`∇b:${l + 1}:${i}`] = number(now.db[l][i][0], digits);
    row.forEach((w, j) => {
      const wire = `${l + 1}:${i}:${j}`;
      shown.text[`W:${wire}`] = number(w, digits);
      shown.text[`dW:${wire}`] = "∇ " + number(now.dW[l][i][j], digits);
      shown.width[`wire:${wire}`] = 1 + (2.5 * Math.abs(w)) / most;
      shown.dash[`wire:${wire}`] = w < 0;
      shown.role[`wire:${wire}`] = w < 0 ? "minus" : w > 0 ? "plus" : "quiet";
    });
  }));
  const lines = [`step ${t} of ${kept.length - 1}`, `loss ${number(now.loss)}`, `accuracy ${number(now.accuracy)}`,
    ...now.norms.map((v, l) => `size of the gradient of layer ${l + 1}: ${number(v)}`)];
  lines.forEach((line, k) => (shown.text[`reading:${k}`] = line));
  return { ...shown, say: lines.slice(0, 3).join(", ") };
}

export default { render: (context) => explorer(context, frame) };
