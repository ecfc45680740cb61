// A scalar computation as data: a list of nodes {name, op, inputs: [positions]}, the last one being the output.
// The operations are those of bpkit/diagrams/nodes.py, and a test holds both to the same numbers.

const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));
const log = (share, p) => (share === 0 ? 0 : share * Math.log(p));

// [value, derivative by each input]
export const OPS = {
  add: [(x, y) => x + y, () => [1, 1]],
  sub: [(x, y) => x - y, () => [1, -1]],
  mul: [(x, y) => x * y, (x, y) => [y, x]],
  div: [(x, y) => x / y, (x, y) => [1 / y, -x / y ** 2]],
  affine: [(w, x, b) => w * x + b, (w, x) => [x, w, 1]],
  neg: [(x) => -x, () => [-1]],
  square: [(x) => x * x, (x) => [2 * x]],
  exp: [Math.exp, (x) => [Math.exp(x)]],
  log: [Math.log, (x) => [1 / x]],
  sin: [Math.sin, (x) => [Math.cos(x)]],
  sigmoid: [sigmoid, (z) => [sigmoid(z) * (1 - sigmoid(z))]],
  tanh: [Math.tanh, (z) => [1 - Math.tanh(z) ** 2]],
  relu: [(z) => Math.max(z, 0), (z) => [z > 0 ? 1 : 0]],
  softplus: [(z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), (z) => [sigmoid(z)]],
  bce: [(a, y) => -(log(y, a) + log(1 - y, 1 - a)), (a, y) => [(a - y) / (a * (1 - a)), Math.log(1 - a) - Math.log(a)]],
  half_mse: [(a, y) => (a - y) ** 2 / 2, (a, y) => [a - y, y - a]],
};

// The value of every node, its gradient dL/d(node), its local derivatives, and the part it sends back to each input.
export function evaluate(nodes, leaves) {
  const value = [];
  const local = nodes.map((node, k) => {
    const inputs = node.inputs.map((i) => value[i]);
    const op = OPS[node.op];
    value[k] = op ? op[0](...inputs) : leaves[node.name] ?? node.value;
    return op ? op[1](...inputs) : [];
  });
  const grad = nodes.map((_, k) => (k === nodes.length - 1 ? 1 : 0));
  const part = [];
  for (let k = nodes.length - 1; k >= 0; k--) {
    part[k] = local[k].map((slope) => grad[k] * slope);
    nodes[k].inputs.forEach((i, n) => (grad[i] += part[k][n]));
  }
  return { value, grad, local, part };
}

// Value and gradients as the texts of a picture drawn by bpkit.diagrams.graph, by their data-bind names.
export function texts(nodes, { value, grad, part }, number) {
  const text = {};
  nodes.forEach((node, k) => {
    text[`value:${node.name}`] = number(value[k]);
    text[`grad:${node.name}`] = (k === nodes.length - 1 ? "∇ " : "∇ sum ") + number(grad[k]);
    part[k].forEach((share, n) => (text[`part:${node.name}:${n}`] = "∇ " + number(share)));
  });
  return text;
}
