"""Chapter 9: automatic differentiation.

A value of a computation has ``data``, the ``parents`` it was computed from, ``vjps``, one function g -> dL/dparent for
each parent, and ``grad``, its own dL/ddata. Letters: g = dL/dout the upstream gradient, in the shape of the output.
"""

from __future__ import annotations

from . import graph_passes as send
from . import graph_walks as walk
from .cases import normal
from .declare import exercise
from .engine_cases import engine, first_copy, last_copy, operation, products
from .graph_cases import GRAPHS, LARGE, STALE, from_both_ends, gradients_left, graph, nodes_of, order_found
from .graph_mistakes import ORDER, PASS
from .maths import np

ADDED_KEPT = """added axes that are still there, with the length 1
            Which sum drops the axis that it runs along, and for which kind of axis is it asked for?"""


@exercise(
    "9.1", "operation, arrays, g -> out",
    name="Value",
    twins={"autodiff.Value": "bpkit.autodiff:Value.__matmul__"},
    adapt=engine, observe=products,
    cases={
        "a matrix product": operation("matmul", (3, 4), (4, 5), out=(3, 5)),
        "a sum of two": operation("add", (3, 4), (3, 4), out=(3, 4)),
        "a product": operation("multiply", (3, 4), (3, 4), out=(3, 4)),
        "a square matrix product": operation("matmul", (3, 3), (3, 3), out=(3, 3)),
        "tanh": operation("tanh", (2, 5), out=(2, 5)),
        "a total": operation("sum", (3, 4), out=()),
    },
    flaws="""
        own_value: a product that hands each side its own value
            Change the left factor a little: by how much does the product change?
        left_value_twice: a product that gives both sides the left factor
            A function that is made in a loop looks the loop's name up when it is called. What stands there by then?
        right_value_twice: a product that gives both sides the right factor
            A function that is made in a loop looks the loop's name up when it is called. What stands there by then?
        product_without_upstream: a product that forgets the upstream gradient
            What does a vjp multiply its local factor with?
        left_not_transposed: a matrix product whose left gradient lacks a transpose
            Write down the shapes: which product of g and the right factor has the shape of the left one?
        right_not_transposed: a matrix product whose right gradient lacks a transpose
            Write down the shapes: which product of the left factor and g has the shape of the right one?
        factors_exchanged: a matrix product whose gradients are products in the wrong order
            May the factors of a matrix product change places?
        gradients_exchanged: a matrix product whose gradients go to the other side
            Each of the two has the shape of the other parent. In which order do the parents stand?
        matmul_without_upstream: a matrix product that forgets the upstream gradient
            What does a vjp multiply its local factor with?
        tanh_without_upstream: a tanh that forgets the upstream gradient
            What does a vjp multiply its local factor with?
        tanh_without_slope: a tanh without its slope
            How much of a change gets through where tanh is flat?
        slope_at_input: a tanh with the input in its slope formula
            The slope in terms of the output is 1 minus its square. Which number did you square?
        slope_of_output: a tanh of the output in the slope formula of tanh
            The output is a tanh already. How often was tanh applied to what you square?
        not_squared: a tanh whose slope lacks the square
            What is the slope of tanh where its output is close to -1?
        square_of_difference: a tanh whose slope is the square of a difference
            What is squared in the slope: the output, or 1 minus the output?
        sigmoid_slope: a tanh with the slope of a sigmoid
            Of which function is that the slope?
        total_without_upstream: a total that forgets the upstream gradient
            What does a vjp multiply its local factor with?
        total_not_spread: a total whose gradient is one number
            Which shape must the gradient of the summed array have?
        total_as_mean: a total whose gradient is shared out
            By how much does the total change when one entry grows by one?
        total_by_size: a total whose gradient grows with the number of entries
            By how much does the total change when one entry grows by one?
        total_in_one_number: a total whose gradients are added up to one number
            Does every entry get its own gradient, or do all together get one?
        total_times_data: a total whose gradient is multiplied with the data
            By how much does the total change when one entry grows by one? Does it matter how large that entry is?
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
        return a + b, [g, g]
    if operation == "multiply":
        return a * b, unless([g * b, g * a], own_value=[g * a, g * b], left_value_twice=[g * a, g * a],
                             right_value_twice=[g * b, g * b], product_without_upstream=[b, a])
    if operation == "matmul":
        left = unless(lambda: g @ b.T, left_not_transposed=lambda: g @ b, factors_exchanged=lambda: b.T @ g)
        right = unless(lambda: a.T @ g, right_not_transposed=lambda: a @ g, factors_exchanged=lambda: g @ a.T)
        return a @ b, unless([left, right], gradients_exchanged=[right, left], matmul_without_upstream=[b.T, a.T])
    if operation == "tanh":
        t = np.tanh(a)
        slope = unless(1 - t**2, slope_at_input=1 - a**2, tanh_without_slope=1.0, slope_of_output=1 - np.tanh(t) ** 2,
                       not_squared=1 - t, square_of_difference=(1 - t) ** 2, sigmoid_slope=t * (1 - t))
        return t, [unless(g, tanh_without_upstream=1.0) * slope]
    each = np.ones_like(a)
    return np.sum(a), [unless(g * each, total_without_upstream=each, total_not_spread=g, total_times_data=g * a,
                              total_as_mean=g * each / a.size, total_by_size=g * each * a.size,
                              total_in_one_number=g * a.size)]


@exercise(
    "9.2", "root -> nodes",
    twins={"autodiff.topological_order": "bpkit.autodiff:topological_order"},
    adapt=from_both_ends, observe=order_found,
    cases={kind: graph(kind) for kind in GRAPHS} | LARGE,
    flaws=ORDER,
    hints="""
        A node may come as soon as all its parents have come. Which nodes can be first?
        Walk down from the root and note each node on the way back up, when its parents are done.
        Take three nodes, L = x x + x, and write the stack down after each round. Which entry puts a node on the list?
    """,
)
def topological_order(root, *, unless):
    order = nodes_of(root)
    unless(None, recursion=lambda: walk.forbid_depth(order))
    found = unless(
        order, empty=[], parents_marked=[*root.parents, root], mark_ignored=lambda: walk.at_every_meeting(root),
        twice=lambda: walk.every_use(root), every_path=lambda: walk.by_every_path(root, order),
        on_the_way_down=lambda: walk.preorder(root), on_the_way_down_last=lambda: walk.preorder(root, last=True),
        before_parents=lambda: walk.preorder(root)[::-1],
        before_parents_last=lambda: walk.preorder(root, last=True)[::-1],
        levels_down=lambda: walk.by_level(root), levels_down_last=lambda: walk.by_level(root, last=True),
        breadth_first=lambda: walk.by_level(root)[::-1],
        breadth_first_last=lambda: walk.by_level(root, last=True)[::-1],
        seen_too_early=lambda: walk.seen_too_early(root),
        seen_too_early_last=lambda: walk.seen_too_early(root, last=True))
    found = unless(found, root_missing=[node for node in found if node is not root],
                   leaves_missing=[node for node in found if node.parents])
    return unless(found, root_first=found[::-1])


@exercise(
    "9.3", "root ->",
    twins={"autodiff.backward": "bpkit.autodiff:backward"},
    observe=gradients_left,
    cases={kind: graph(kind) for kind in GRAPHS} | {"after an earlier pass": graph(STALE, stale=True)} | LARGE,
    flaws=PASS,
    hints="""
        Order the nodes with your function of 9.2, and go through them from the root to the inputs.
        The root starts with ones, in the shape of its data; all other nodes start with zeros.
        Each node sends what its vjps make of its gradient to its parents, and there it is added, as a new array.
    """,
)
def backward(root, *, unless):
    nodes = nodes_of(root)
    unless(None, recursion=lambda: walk.forbid_depth(nodes))
    order = unless(
        nodes[::-1], forwards=nodes, nothing_arrives=[], every_path=lambda: walk.by_every_path(root, nodes[::-1]),
        wrong_order=lambda: walk.preorder(root), wrong_order_last=lambda: walk.preorder(root, last=True),
        early=lambda: walk.by_level(root), early_last=lambda: walk.by_level(root, last=True),
        again=lambda: walk.every_visit(root), again_last=lambda: walk.every_visit(root, last=True))
    zeros, one = np.zeros_like(root.data), np.ones_like(root.data)
    begin = unless(send.fresh, stale=send.kept, leaves_cleared=send.kept_inside, inner_cleared=send.kept_outside,
                   starts_at_one=send.ones, one_array=lambda: lambda node: zeros)
    share = unless(send.of_gradient, upstream_ignored=send.of_ones, vjp_as_factor=send.as_factor,
                   vjp_ignored=send.gradient,
                   times_data=send.times_data)
    add = unless(send.added, overwritten=send.overwritten, first_share=send.first_alone, mean_of_paths=send.mean,
                 multiplied=send.multiplied, shared_array=send.taken_and_written_into)
    add = send.written_into if "one_array" in unless.on else add
    for node in nodes:
        node.grad = begin(node)
    root.grad = unless(one, seed=np.array(root.data), seed_zero=zeros, seed_number=np.float64(1.0))
    first, turned, met = unless(None, first_parent=1), unless(1, vjps_exchanged=-1), set()
    for node in order:
        for parent, vjp in zip(node.parents[:first], node.vjps[::turned], strict=False):
            parent.grad = add(parent.grad, share(node, vjp, parent), parent in met)
            met.add(parent)


@exercise(
    "9.4", "g, shape -> gradient",
    strict=True,
    twins={"autodiff.unbroadcast": "bpkit.autodiff:unbroadcast"},
    cases={
        "nothing was stretched": lambda rng: (normal(rng, 3, 4), (3, 4)),
        "a column": lambda rng: (normal(rng, 3, 5), (3, 1)),
        "a row": lambda rng: (normal(rng, 3, 5), (1, 5)),
        "two stretched axes": lambda rng: (normal(rng, 3, 4), (1, 1)),
        "an added axis": lambda rng: (normal(rng, 4, 3), (3,)),
        "two added axes": lambda rng: (normal(rng, 2, 3, 4), (4,)),
        "a single number": lambda rng: (normal(rng, 3, 4), ()),
        "both kinds, a column": lambda rng: (normal(rng, 2, 3, 4), (3, 1)),
        "both kinds, a row": lambda rng: (normal(rng, 2, 3, 4), (1, 4)),
        "a square": lambda rng: (normal(rng, 4, 4), (4, 1)),
        "an added axis as long as a kept one": lambda rng: (normal(rng, 4, 4), (4,)),
        "stretched at both ends": lambda rng: (normal(rng, 2, 3, 2, 4), (1, 2, 1)),
    },
    flaws=f"""
        mean: the mean over the copies
            One number was copied five times. Does L feel it once, or five times?
        mean_of_added: the mean over the added axes
            An added axis holds copies as a stretched one does. Does L feel them once, or each of them?
        mean_of_stretched: the mean over the stretched axes
            A stretched axis holds copies as an added one does. Does L feel them once, or each of them?
        first_copy: the first copy alone
            One number was copied five times. Which of the copies acts on L?
        last_copy: the last copy alone
            One number was copied five times. Which of the copies acts on L?
        stretched_gone: stretched axes that have disappeared, where they keep the length 1
            Which sum keeps the axis that it runs along, and for which kind of axis is it asked for?
        added_kept: {ADDED_KEPT}
        added_kept_from_the_left: {ADDED_KEPT}
        added_alone: a sum over the added axes alone
            What became of the axes of length 1?
        stretched_alone: a sum over the stretched axes alone
            What became of the axes that the array did not have before?
        stretched_alone_from_the_left: a sum over the stretched axes alone, with axes counted from the left
            Which axes did the array not have before, and on which side were they added?
        stretched_first: stretched axes summed while the added ones still stand in front
            At which number stands an axis of the shape while there are more axes in front of it?
        one_added: a sum over one added axis alone
            How many axes may have been added?
        one_stretched: a sum over the first stretched axis alone
            How many axes may have been stretched? What does the loop do after the first of them?
        added_counted_on: added axes whose numbers move while they disappear
            When the first axis is gone, at which number stands the one that was behind it?
        rows_always: a sum over the first axis, whichever was stretched
            Which axis was stretched: the one whose length was 1, or always the first?
        columns_always: a sum over the second axis, whichever was stretched
            Which axis was stretched: the one whose length was 1, or always the second?
        bias_rule: a sum over the second axis, whatever the shape
            That is the gradient of a bias. Of which shape may the array be that was copied here?
        others_summed: a sum over the axes that were not stretched
            What was the length of a stretched axis before?
        everything: a sum over everything
            Which axes were stretched, and which were there from the start?
        not_summed: nothing summed
            Which shape must the gradient of an array have?
    """,
    hints="""
        Broadcasting copies. Each copy acts on L; what comes back to the copies belongs to the number they came from.
        First the axes that were added in front: they are gone in the shape you want.
        Then the axes whose length was 1 and is more now: they are summed, and stay with length 1.
    """,
)
def unbroadcast(g, shape, *, unless):
    add, add_up = unless(
        (np.sum, np.sum), mean=(np.mean, np.mean), mean_of_added=(np.mean, np.sum), mean_of_stretched=(np.sum, np.mean),
        first_copy=(first_copy, first_copy), last_copy=(last_copy, last_copy))
    front = list(range(g.ndim - len(shape)))
    added = unless(front, one_added=front[:1], stretched_alone=[], stretched_alone_from_the_left=[])
    ones, others = [[i for i, n in enumerate(shape) if (n == 1) is wanted] for wanted in (True, False)]
    stretched = unless(ones, others_summed=others, one_stretched=ones[:1], added_alone=[], rows_always=[0] * len(ones),
                       columns_always=[1] * len(ones))

    def drop(g):
        keep = unless(False, added_kept=True, added_kept_from_the_left=True, added_counted_on=None)
        if keep is not None:
            return add(g, axis=tuple(added), keepdims=keep)
        for i in added:
            g = add(g, axis=i)
        return g

    def shrink(g):
        for i in stretched:
            before = len(unless([], stretched_alone=front, added_kept=front))
            g = add_up(g, axis=before + i, keepdims=unless(True, stretched_gone=False))
        return g

    summed = unless(lambda: shrink(drop(g)), stretched_first=lambda: drop(shrink(g)))
    return unless(summed, not_summed=g, everything=np.sum(g), bias_rule=lambda: np.sum(g, axis=1, keepdims=True))
