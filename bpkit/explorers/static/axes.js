// The plot of bpkit/explorers/axes.py: the same places for the same numbers.

const one = (v) => String(Number(v.toFixed(1)) + 0);

export const point = ([x, y]) => [one(x), one(y)];
export const path = (points) => points.map((p, k) => (k ? "L" : "M") + point(p).join(" ")).join("");

export function axes({ left, bottom, width, height, low, high, points, tops }) {
  const at = (x, y, top) => [left + ((x - low) / (high - low)) * width, bottom - (y / top) * height];
  return {
    at,
    xs: Array.from({ length: points }, (_, k) => low + ((high - low) * k) / (points - 1)),
    top: (heights) => tops.find((t) => t >= Math.max(...heights)) ?? tops.at(-1),
    tangent(x, y, slope, top, reach = 1.5) {
      return [[-1, x - low], [1, high - x]].map(([way, room]) => {
        const rise = way * slope > 0 ? top - y : y;
        const step = way * Math.min(reach, room, slope ? rise / Math.abs(slope) : reach);
        return at(x + step, y + slope * step, top);
      });
    },
  };
}
