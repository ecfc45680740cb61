"""Chapter 9: automatic differentiation.

A value of a computation has ``data``, the ``parents`` it was computed from, ``vjps``, one function g -> dL/dparent for
each parent, and ``grad``, its own dL/ddata. Letters: g = dL/dout the upstream gradient, in the shape of the output.
"""

from __future__ import annotations

from typing import Any

from .behaviour import Odd
from .cases import normal
from .declare import exercise
from .graph_cases import KINDS, by_level, chain, every_use, gradients_left, nodes_of, order_found, preorder, used
from .maths import np

OPERATIONS: dict[str, Any] = {
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b,
    "matmul": lambda a, b: a @ b,
    "tanh": lambda a: a.tanh(),
    "sum": lambda a: a.sum(),
}


def engine(Value: Any) -> Any:
    """The learner's class as a function: carry out one operation on values, and ask its vjps for their products."""
    if Value is ...:
        raise Odd("blank", "Value is still blank")
    if not isinstance(Value, type):
        raise Odd("form", f"The class Value itself is wanted; {type(Value).__name__} came")

    def run(operation, arrays, g):
        parents = [Value(array) for array in arrays]
        out = OPERATIONS[operation](*parents)
        if [id(parent) for parent in out.parents] != [id(parent) for parent in parents]:
            return out.data, []
        problem = _not_one_each(operation, out)
        return (out.data, [], problem) if problem else (out.data, [vjp(g) for vjp in out.vjps])

    return run


def _not_one_each(operation: str, out: Any) -> str:
    """What is the matter with the vjps of an operation, where they are not one for each parent."""
    if callable(out.vjps):
        return f"The vjps of {operation} are a function, not a tuple that holds one; a comma makes it one"
    came = len(list(out.vjps))
    wanted = len(out.parents)
    return "" if came == wanted else f"{operation} has {wanted} parents, and {came} vjps came: one for each is wanted"


def products(args, result):
    """The data, and one gradient for each parent."""
    data, gradients, *problem = result
    if problem:
        raise Odd("form", problem[0])
    return {"data": data, "number of vjps": float(len(gradients))} | {f"vjp {i}": g for i, g in enumerate(gradients)}


def operation(name, *shapes, out):
    """One operation on random arrays of these shapes, with a random upstream gradient of shape ``out``."""
    return lambda rng: (name, [normal(rng, *shape) for shape in shapes], normal(rng, *out) if out else 1.75)


@exercise(
    "9.1", "operation, arrays, g -> out",
    name="Value",
    adapt=engine, observe=products,
    cases={
        "a sum": operation("add", (3, 4), (3, 4), out=(3, 4)),
        "a product": operation("multiply", (3, 4), (3, 4), out=(3, 4)),
        "a matrix product": operation("matmul", (3, 4), (4, 5), out=(3, 5)),
        "a square matrix product": operation("matmul", (3, 3), (3, 3), out=(3, 3)),
        "tanh": operation("tanh", (2, 5), out=(2, 5)),
        "a sum over everything": operation("sum", (3, 4), out=()),
    },
    flaws="""
        own_value: a product that hands each side its own value
            Change the left factor a little: by how much does the product change?
        product_without_upstream: a product that forgets the upstream gradient
            What does a vjp multiply its local factor with?
        sum_without_upstream: a sum that forgets the upstream gradient
            What does a vjp multiply its local factor with?
        sum_doubles: a sum that doubles the upstream gradient
            By how much does a sum change when one summand grows by one?
        left_not_transposed: a matrix product whose left gradient lacks a transpose
            Write down the shapes: which product of g and the right factor has the shape of the left one?
        right_not_transposed: a matrix product whose right gradient lacks a transpose
            Write down the shapes: which product of the left factor and g has the shape of the right one?
        factors_exchanged: a matrix product whose gradients stand in the wrong order
            May the factors of a matrix product change places?
        slope_at_input: tanh's slope formula with the input in it
            The slope in terms of the output is 1 - a squared. Which number did you square?
        tanh_without_slope: tanh without its slope
            How much of a change gets through where tanh is flat?
        sum_not_spread: a total whose gradient is one number
            Which shape must the gradient of the summed array have?
        sum_as_mean: a total whose gradient is shared out
            By how much does the total change when one entry grows by one?
        parents_missing: no parents remembered
            From which values was this one computed, and where is that kept?
    """,
    hints="""
        Each operation makes a new Value: its data, the values it came from, and one function for each of them.
        Such a function takes g, the gradient of the output, and gives the gradient of that one input, in its shape.
        For a matrix product let the shapes lead you: only one product of g with the other factor fits.
    """,
)
def vjp_of(operation, arrays, g, *, unless):
    a, b = arrays[0], arrays[-1]
    if operation == "add":
        result = a + b, unless([g, g], sum_without_upstream=[g * 0 + 1, g * 0 + 1], sum_doubles=[2 * g, 2 * g])
    elif operation == "multiply":
        result = a * b, unless([g * b, g * a], own_value=[g * a, g * b], product_without_upstream=[b, a])
    elif operation == "matmul":
        left = unless(lambda: g @ b.T, left_not_transposed=lambda: g @ b, factors_exchanged=lambda: b.T @ g)
        right = unless(lambda: a.T @ g, right_not_transposed=lambda: a @ g, factors_exchanged=lambda: g @ a.T)
        result = a @ b, [left, right]
    elif operation == "tanh":
        t = np.tanh(a)
        result = t, [unless(g * (1 - t**2), slope_at_input=g * (1 - a**2), tanh_without_slope=g)]
    else:
        result = np.sum(a), [unless(g * np.ones_like(a), sum_not_spread=g, sum_as_mean=g * np.ones_like(a) / a.size)]
    return unless(result, parents_missing=(result[0], []))


@exercise(
    "9.2", "root -> nodes",
    observe=order_found,
    cases={kind: used(kind, stale=False) for kind in KINDS} | {
        "a chain of 5 000": lambda rng: (chain(5_000),)},
    flaws="""
        root_first: the list the wrong way round
            Which node can be computed first: the root, or one that has no parents?
        twice: nodes listed once for each use
            How does the function know that it has been at a node before?
        before_parents: a node listed before its parents are done
            When may a node be put on the list: on the way down, or on the way back up?
        breadth_first: the nodes level by level
            Two ways of different length lead to one node. At which level does it stand?
        recursion: a function that calls itself, for every step of a long chain
            How deep may Python's calls be nested? What can hold the nodes that are still to do instead?
        root_missing: the root left out
            Is the root a node of its own graph?
        leaves_missing: the nodes without parents left out
            Which nodes are the inputs, and does a gradient reach them?
    """,
    hints="""
        A node may come as soon as all its parents have come. Which nodes can be first?
        Walk down from the root and note each node on the way back up, when its parents are done.
        Keep your own stack of what is still to do, with a mark that says whether the parents have been sent ahead.
    """,
)
def topological_order(root, *, unless):
    if "recursion" in unless.on and len(nodes_of(root)) > 3000:
        raise RecursionError("maximum recursion depth exceeded")
    order = nodes_of(root)
    found = unless(order, breadth_first=lambda: by_level(root)[::-1], before_parents=lambda: preorder(root)[::-1],
                   twice=lambda: every_use(root), recursion=order)
    found = unless(found, root_missing=[node for node in found if node is not root],
                   leaves_missing=[node for node in found if node.parents])
    return unless(found, root_first=found[::-1])


@exercise(
    "9.3", "root ->",
    observe=gradients_left,
    cases={kind: used(kind, stale=False) for kind in KINDS} | {
        "after an earlier pass": used("a diamond", stale=True),
        "a chain of 5 000": lambda rng: (chain(5_000),)},
    flaws="""
        overwritten: the last path alone
            A node is used twice: what becomes of the gradient that came first?
        wrong_order: a node handed on before all its gradients have come
            When does a node know its whole gradient?
        forwards: a walk from the leaves to the root
            Where does the first gradient stand, and to whom is it handed on?
        stale: gradients of an earlier pass left in
            What does grad hold before the first gradient arrives?
        seed: the root's own data in place of 1
            How much does L change when L grows by one?
        seed_zero: nothing to start from
            How much does L change when L grows by one?
        upstream_ignored: the local factors alone
            What does a vjp want to know from the node behind?
        shared_array: gradients added into an array that several nodes share
            A vjp may hand on the very array it got. Who else sees it when you add to it in place?
        recursion: a function that calls itself, for every step of a long chain
            How deep may Python's calls be nested?
        mean_of_paths: the mean of the paths in place of their sum
            If a value acts in two ways, does it act more, or the same?
    """,
    hints="""
        Order the nodes with your function of 9.2, and go through them from the root to the inputs.
        The root starts with ones, in the shape of its data; all other nodes start with nothing.
        Each node sends what its vjps make of its gradient to its parents, and there it is added, as a new array.
    """,
)
def backward(root, *, unless):
    nodes = nodes_of(root)
    if "recursion" in unless.on and len(nodes) > 3000:
        raise RecursionError("maximum recursion depth exceeded")
    order = unless(nodes, wrong_order=preorder(root)[::-1], forwards=nodes[::-1], recursion=nodes)
    for node in nodes:
        node.grad = unless(None, stale=node.grad)
    one = np.ones_like(np.asarray(root.data, dtype=float))
    first = unless(one, seed=root.data, seed_zero=0 * one)
    root.grad = first
    for node in reversed(order):
        if node.grad is None:
            node.grad = 0 * one
        for parent, vjp in zip(node.parents, node.vjps, strict=True):
            g = vjp(unless(node.grad, upstream_ignored=one))
            if parent.grad is None:
                parent.grad = unless(g, shared_array=g)
            elif "shared_array" in unless.on:
                parent.grad += g
            else:
                parent.grad = unless(parent.grad + g, overwritten=g, mean_of_paths=(parent.grad + g) / 2)


@exercise(
    "9.4", "g, shape -> gradient",
    cases={
        "nothing was stretched": lambda rng: (normal(rng, 3, 4), (3, 4)),
        "a column": lambda rng: (normal(rng, 3, 5), (3, 1)),
        "a row": lambda rng: (normal(rng, 3, 5), (1, 5)),
        "a leading axis": lambda rng: (normal(rng, 4, 3), (3,)),
        "a single number": lambda rng: (normal(rng, 3, 4), ()),
        "both at once": lambda rng: (normal(rng, 2, 3, 4), (3, 1)),
        "a square": lambda rng: (normal(rng, 4, 4), (4, 1)),
    },
    flaws="""
        mean: the mean over the copies
            One number was copied five times. Does L feel it once, or five times?
        first_copy: the first copy alone
            One number was copied five times. Which of the copies acts on L?
        leading_only: only the axes that were added in front
            What became of an axis of length 1?
        ones_only: only the axes of length 1
            What became of an array that had fewer axes than the result?
        not_summed: nothing summed
            Which shape must the gradient of an array have?
        rows_always: a sum over the first axis, whatever was stretched
            Which axis was stretched: the one whose length was 1, or always the first?
        everything: a sum over everything
            Which axes were stretched, and which were there from the start?
        last_copy: the last copy alone
            One number was copied five times. Which of the copies acts on L?
    """,
    hints="""
        Broadcasting copies. Each copy acts on L; what comes back to the copies belongs to the number they came from.
        First the axes that were added in front: they are gone in the shape you want.
        Then the axes whose length was 1 and is more now: they are summed, and stay with length 1.
    """,
)
def unbroadcast(g, shape, *, unless):
    add = unless(np.sum, mean=np.mean, first_copy=_first, last_copy=_last)
    front = g.ndim - len(shape)
    stretched = tuple(front + i for i, n in enumerate(shape) if n == 1 and g.shape[front + i] > 1)
    inner = add(g, axis=unless(stretched, leading_only=()), keepdims=True)
    inner = add(inner, axis=unless(tuple(range(front)), ones_only=()))
    return unless(inner, not_summed=g, everything=np.sum(g), rows_always=np.sum(g, axis=0, keepdims=True))


def _first(g, axis, keepdims=False):
    return _pick(g, axis, keepdims, 0)


def _last(g, axis, keepdims=False):
    return _pick(g, axis, keepdims, -1)


def _pick(g, axis, keepdims, place):
    kept = g[tuple(place if i in axis else slice(None) for i in range(g.ndim))]
    return np.expand_dims(kept, axis) if keepdims else kept
