// A small network learns two classes of points. Every step is computed by Python; the page paints it.

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

// The weighted sums of every unit at the middle of every cell, z[l][i][cell], row by row from the top.
export function sums({ W, b }, f, area, cells) {
  const between = ([low, high], k) => low + ((high - low) * (k + 0.5)) / cells;
  const over = (value) => Float64Array.from({ length: cells * cells }, (_, k) => value(k % cells, Math.floor(k / cells)));
  let a = [over((column) => between(area.x, column)), over((_, row) => between(area.y, cells - 1 - row))];
  return W.map((weights, l) => {
    const z = weights.map((row, i) => {
      const sum = new Float64Array(cells * cells).fill(b[l][i][0]);
      row.forEach((w, j) => {
        const input = a[j];
        for (let k = 0; k < sum.length; k++) sum[k] += w * input[k];
      });
      return sum;
    });
    a = z.map((values) => values.map(RULES[f[l]]));
    return z;
  });
}

// Four paths for one unit: the cells where its z lies below -1, below 0, above 0, above 1, runs of a row as one piece.
function areas(z, { cells, left, top, cell }, levels) {
  const found = Array(levels).fill("");
  const level = (k) => (z[k] > -1) + (z[k] > 0) + (z[k] > 1);
  for (let row = 0; row < cells; row++) {
    for (let start = 0, end = 1; start < cells; start = end, end++) {
      const here = level(row * cells + start);
      while (end < cells && level(row * cells + end) === here) end++;
      const [x, y, right, bottom] = [left + start * cell, top + row * cell, left + end * cell, top + (row + 1) * cell];
      found[here] += `M${x} ${y}L${right} ${y}L${right} ${bottom}L${x} ${bottom}`;
    }
  }
  return found;
}

const inside = (plot, x, y) => {
  const share = (p, [low, high]) => (Math.min(Math.max(p, low), high) - low) / (high - low);
  return [plot.left + share(x, plot.x) * plot.width, plot.bottom - share(y, plot.y) * plot.height];
};

// The curves of a run as pieces of a path, each made once: a step shows as many of them as have happened.
const made = new WeakMap();
function curves({ kept, f, fall, slopes }) {
  if (!made.has(kept)) made.set(kept, { loss: [], ...Object.fromEntries(f.map((_, l) => [`slope:${l}`, []])) });
  const pieces = made.get(kept);
  const log = (v) => (v > 0 ? Math.log10(v) : -Infinity);
  for (let k = pieces.loss.length; k < kept.length; k++) {
    const piece = (place, value) => path([inside(place, k, value)]).replace("M", k ? "L" : "M");
    pieces.loss.push(piece(fall, kept[k].loss));
    kept[k].norms.forEach((v, l) => pieces[`slope:${l}`].push(piece(slopes, log(v))));
  }
  return pieces;
}

// All that the pictures show for these values, as bpkit/explorers/views/playground.py draws them.
export function frame(data, values) {
  const { kept, last, f, levels, digits, grids, area } = data;
  const t = Math.min(Math.floor(values.step + 0.5), kept.length - 1);
  const now = kept[t];
  const shown = { text: {}, path: {}, width: {}, dash: {}, role: {} };
  const z = {};
  for (const [name, place] of Object.entries(grids)) {
    const [l, i] = place.unit;
    z[place.cells] ??= sums(now, f, area, place.cells);
    areas(z[place.cells][l - 1][i], place, levels).forEach((d, k) => (shown.path[`${name}:${k}`] = d));
  }
  for (const [name, pieces] of Object.entries(curves(data))) {
    const [x, y] = pieces[0].slice(1).split(" ");
    shown.path[name] = t ? pieces.slice(0, t + 1).join("") : `${pieces[0]}L${Number(x) + 2} ${y}`;
  }
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
  const lines = [`step ${t} of ${last}`, `loss ${number(now.loss)}`, `accuracy ${number(now.accuracy)}`,
    ...now.norms.map((v, l) => `size of the gradient of layer ${l + 1}: ${number(v)}`)];
  lines.forEach((line, k) => (shown.text[`reading:${k}`] = line));
  return { ...shown, say: lines.slice(0, 3).join(", ") };
}

export default { render: (context) => explorer(context, frame) };
