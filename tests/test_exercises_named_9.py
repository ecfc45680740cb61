"""Mistakes of chapter 9 as learners write them: each is called by its name, in a sentence that can be read."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from bpkit import autodiff
from bpkit.exercises import check, hint
from bpkit.exercises.checks import judge


@pytest.fixture(autouse=True)
def short_of_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not end is cut off sooner than a learner's function, so that these tests end sooner."""
    monkeypatch.setattr("bpkit.exercises.guard.SECONDS", 4.0)


pytestmark = [
    pytest.mark.slow,  # a contributor to an exercise runs this file by its name
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # time may be up in a gc callback
]

# --- 9.1


class Node:
    """The base class that the lesson gives."""

    def __init__(self, data, parents=(), vjps=()):
        self.data = np.asarray(data, dtype=float)
        self.parents, self.vjps = parents, vjps
        self.grad = None

    def __add__(self, other):
        return type(self)(self.data + other.data, (self, other), (lambda g: g, lambda g: g))


RULES = {
    "mul": lambda p, q: (lambda g: g * q.data, lambda g: g * p.data),
    "matmul": lambda p, q: (lambda g: g @ q.data.T, lambda g: p.data.T @ g),
    "tanh": lambda p, a: (lambda g: g * (1 - a**2),),
    "sum": lambda p: (lambda g: g * np.ones_like(p.data),),
}


def value(parents=lambda p, q: (p, q), **blanks):
    """The lesson's class with these blanks filled in; the others are right."""
    vjps = RULES | blanks

    class Value(Node):
        def __mul__(self, other):
            return Value(self.data * other.data, parents(self, other), vjps["mul"](self, other))

        def __matmul__(self, other):
            return Value(self.data @ other.data, (self, other), vjps["matmul"](self, other))

        def tanh(self):
            a = np.tanh(self.data)
            return Value(a, (self,), vjps["tanh"](self, a))

        def sum(self):
            return Value(self.data.sum(), (self,), vjps["sum"](self))

    return Value


def bound_late(*factors):
    """Functions made in a loop, which all look up what the loop left behind."""
    return [lambda g: g * factor.data for factor in factors]  # noqa: B023  (that is the mistake)


VALUES = {
    "own value": (value(mul=lambda p, q: (lambda g: g * p.data, lambda g: g * q.data)), "own_value"),
    "late binding": (value(mul=lambda p, q: bound_late(q, p)), "left_value_twice"),
    "late binding, the other way": (value(mul=lambda p, q: bound_late(p, q)), "right_value_twice"),
    "a product without g": (value(mul=lambda p, q: (lambda g: q.data, lambda g: p.data)), "product_without_upstream"),
    "exchanged vjps": (value(matmul=lambda p, q: (lambda g: p.data.T @ g, lambda g: g @ q.data.T)), "gradients_exchanged"),
    "exchanged factors": (value(matmul=lambda p, q: (lambda g: q.data.T @ g, lambda g: g @ p.data.T)), "factors_exchanged"),
    "no transpose on the left": (value(matmul=lambda p, q: (lambda g: g @ q.data, lambda g: p.data.T @ g)), "left_not_transposed"),
    "no transpose at all": (value(matmul=lambda p, q: (lambda g: g @ q.data, lambda g: p.data @ g)),
                            "left_not_transposed+right_not_transposed"),
    "a matrix product without g": (value(matmul=lambda p, q: (lambda g: q.data.T, lambda g: p.data.T)), "matmul_without_upstream"),
    "tanh without g": (value(tanh=lambda p, a: (lambda g: 1 - a**2,)), "tanh_without_upstream"),
    "tanh of a sigmoid": (value(tanh=lambda p, a: (lambda g: g * a * (1 - a),)), "sigmoid_slope"),
    "tanh twice": (value(tanh=lambda p, a: (lambda g: g * (1 - np.tanh(a) ** 2),)), "slope_of_output"),
    "the square outside": (value(tanh=lambda p, a: (lambda g: g * (1 - a) ** 2,)), "square_of_difference"),
    "no square": (value(tanh=lambda p, a: (lambda g: g * (1 - a),)), "not_squared"),
    "slope at the input": (value(tanh=lambda p, a: (lambda g: g * (1 - p.data**2),)), "slope_at_input"),
    "g alone": (value(tanh=lambda p, a: (lambda g: g,)), "tanh_without_slope"),
    "a total without g": (value(sum=lambda p: (lambda g: np.ones_like(p.data),)), "total_without_upstream"),
    "a total that is not spread": (value(sum=lambda p: (lambda g: g,)), "total_not_spread"),
    "a total times the data": (value(sum=lambda p: (lambda g: g * p.data,)), "total_times_data"),
    "a total by the size": (value(sum=lambda p: (lambda g: g * p.data.size,)), "total_in_one_number"),
    "a spread total by the size": (value(sum=lambda p: (lambda g: g * p.data.size * np.ones_like(p.data),)), "total_by_size"),
    "a mean": (value(sum=lambda p: (lambda g: g * np.ones_like(p.data) / p.data.size,)), "total_as_mean"),
}


@pytest.mark.parametrize("words", VALUES)
def test_a_mistake_in_a_vjp_is_named(words: str) -> None:
    answer, name = VALUES[words]
    verdict = check("9.1", answer)
    assert verdict.kind == name, verdict


SHAPED = {
    "arrays": (value(mul=lambda p, q: (q.data, p.data)), "A vjp of a product is an array; a function of g is wanted"),
    "one function": (value(tanh=lambda p, a: lambda g: g), "a comma makes it one"),
    "one vjp of two": (value(mul=lambda p, q: (lambda g: g * q.data,)), "The vjps of a product are 1; wanted are 2, one for each parent"),
    "parents exchanged": (value(lambda p, q: (q, p)), "The parents of a product stand in another order"),
    "parents lost": (value(lambda p, q: ()), "are not the values that it was made from"),
    "nothing": (value(tanh=lambda p, a: (None,)), "A vjp of tanh is NoneType None"),
}


@pytest.mark.parametrize("words", SHAPED)
def test_a_record_of_another_form_is_told_what_is_wanted(words: str) -> None:
    answer, said = SHAPED[words]
    verdict = check("9.1", answer)
    assert verdict.kind == "form" and said in verdict.message, verdict
    assert "layers" not in verdict.question


def test_a_g_that_is_used_before_there_is_one_is_told_so() -> None:
    def product(p, q):
        return (g * q.data, g * p.data)  # noqa: F821  (that is the mistake)

    assert "use g before there is one; a function of g is wanted" in check("9.1", value(mul=product)).message


def test_a_blank_inside_a_tuple_waits() -> None:
    assert check("9.1", value(mul=lambda p, q: (lambda g: g * q.data, ...))).status == "waiting"


# --- 9.2


def order_by(step, pop=-1):
    """9.2 with this body of the loop."""

    def topological_order(root):
        order, seen, stack = [], set(), [(root, False)]
        while stack:
            node, mark = stack.pop(pop)
            step(node, mark, order, seen, stack)
        return order

    return topological_order


def literal(node, mark, order, seen, stack):
    if node in seen:
        return
    seen.add(node)
    if mark:
        order.append(node)
    else:
        stack.append((node, True))
        stack.extend((parent, False) for parent in node.parents)


def never_back(node, mark, order, seen, stack):
    if mark:
        order.append(node)
    elif node not in seen:
        seen.add(node)
        stack.extend((parent, False) for parent in node.parents)


def always_false(node, mark, order, seen, stack):
    if mark:
        order.append(node)
    elif node not in seen:
        seen.add(node)
        stack.append((node, False))
        stack.extend((parent, False) for parent in node.parents)


def whenever_met(node, mark, order, seen, stack):
    if node not in seen:
        seen.add(node)
        stack.append((node, True))
        stack.extend((parent, False) for parent in node.parents)
    else:
        order.append(node)


def mark_on_top(node, mark, order, seen, stack):
    if mark:
        order.append(node)
    elif node not in seen:
        seen.add(node)
        stack.extend((parent, False) for parent in node.parents)
        stack.append((node, True))


def parents_true(node, mark, order, seen, stack):
    if mark:
        order.append(node)
    elif node not in seen:
        seen.add(node)
        stack.append((node, True))
        stack.extend((parent, True) for parent in node.parents)


def right_step(node, mark, order, seen, stack):
    if mark:
        order.append(node)
    elif node not in seen:
        seen.add(node)
        stack.append((node, True))
        stack.extend((parent, False) for parent in node.parents)


def no_memory(node, mark, order, seen, stack):
    if mark:
        order.append(node)
    else:
        stack.append((node, True))
        stack.extend((parent, False) for parent in node.parents)


def seen_when_put(turned):
    def step(node, mark, order, seen, stack):
        seen.add(node)
        if mark:
            order.append(node)
            return
        stack.append((node, True))
        for parent in node.parents[::turned]:
            if parent not in seen:
                seen.add(parent)
                stack.append((parent, False))

    return step


def on_the_way_down(turned, backwards):
    def topological_order(root):
        order, seen, stack = [], set(), [root]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                order.append(node)
                stack += node.parents[::turned]
        return order[::-1] if backwards else order

    return topological_order


def by_level(turned, backwards):
    def topological_order(root):
        order, seen, queue = [], {root}, deque([root])
        while queue:
            node = queue.popleft()
            order.append(node)
            for parent in node.parents[::turned]:
                if parent not in seen:
                    seen.add(parent)
                    queue.append(parent)
        return order[::-1] if backwards else order

    return topological_order


def by_recursion(remembers):
    def topological_order(root):
        order, seen = [], set()

        def visit(node):
            if node in seen:
                return
            if remembers:
                seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

        visit(root)
        return order

    return topological_order


ORDERS = {
    "a literal reading": (order_by(literal), "empty"),
    "never put back": (order_by(never_back), "empty"),
    "never marked": (order_by(always_false), "empty"),
    "whenever it is met": (order_by(whenever_met), "mark_ignored"),
    "the mark on top": (order_by(mark_on_top), "on_the_way_down_last"),
    "parents marked": (order_by(parents_true), "parents_marked"),
    "from the front": (order_by(right_step, 0), "levels_down"),
    "seen when put on the stack": (order_by(seen_when_put(1)), "seen_too_early_last"),
    "seen when put, the other way": (order_by(seen_when_put(-1)), "seen_too_early"),
    "down, last parent first": (on_the_way_down(1, True), "before_parents_last"),
    "down, first parent first": (on_the_way_down(-1, True), "before_parents"),
    "down, not turned": (on_the_way_down(1, False), "on_the_way_down_last"),
    "down, neither": (on_the_way_down(-1, False), "on_the_way_down"),
    "by level": (by_level(1, True), "breadth_first"),
    "by level, mirrored": (by_level(-1, True), "breadth_first_last"),
    "by level, not turned": (by_level(1, False), "levels_down"),
    "by level, neither": (by_level(-1, False), "levels_down_last"),
    "recursion": (by_recursion(True), "recursion"),
    "without the root": (lambda root: order_by(right_step)(root)[:-1], "root_missing"),
    "turned at the end": (lambda root: order_by(right_step)(root)[::-1], "root_first"),
}
SLOW_ORDERS = {  # each takes the five seconds that a call may take
    "without a memory": (order_by(no_memory), "twice"),
    "every use, and each once": (lambda root: list(dict.fromkeys(order_by(no_memory)(root))), "every_path"),
    "recursion without a memory": (by_recursion(False), "twice+recursion"),
}


@pytest.mark.parametrize("words", ORDERS | SLOW_ORDERS)
def test_a_wrong_order_is_named(words: str) -> None:
    answer, name = (ORDERS | SLOW_ORDERS)[words]
    verdict = check("9.2", answer)
    assert verdict.kind == name, verdict
    assert "entries are right" not in verdict.message
    assert not [row for row in verdict.rows if "." in row[1] or "ratio" in row[1]], verdict


def keeps_marks(root):
    order, stack = [], [(root, False)]
    while stack:
        node, mark = stack.pop()
        if mark:
            order.append(node)
        elif not hasattr(node, "visited"):
            node.visited = True
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


def keeps_a_default(root, seen=set()):  # noqa: B006  (that is the mistake)
    order, stack = [], [(root, False)]
    while stack:
        node, mark = stack.pop()
        if mark:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


@pytest.mark.parametrize("answer", [keeps_marks, keeps_a_default])
def test_an_order_that_can_be_found_only_once_is_told_so(answer) -> None:
    assert check("9.2", answer).kind == "keeps_state"


def yielded(root):
    yield from order_by(right_step)(root)


@pytest.mark.parametrize(("answer", "said"), [
    (yielded, "A list of the nodes is wanted, and a generator came"),
    (lambda root: set(order_by(right_step)(root)), "A list of the nodes is wanted, and a set came"),
    (lambda root: root, "A list of the nodes is wanted; Node"),
    (lambda root: [(node, True) for node in order_by(right_step)(root)], "The list holds a tuple, where nodes alone are wanted"),
])
def test_an_order_of_another_form_is_told_what_is_wanted(answer, said: str) -> None:
    verdict = check("9.2", answer)
    assert verdict.kind == "form" and said in verdict.message, verdict


def test_the_words_of_an_empty_list_ask_for_the_branch_that_appends() -> None:
    verdict = check("9.2", order_by(literal))
    assert "No node ever reached the list" in verdict.question


def test_the_last_hint_of_the_order_leads_to_an_example() -> None:
    assert "Put the nodes in order" in hint("9.2", 9).text


# --- 9.3


def topological_order(root):
    """The right one, as a helper."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        right_step(*stack.pop(), order, seen, stack)
    return order


def zeros(node):
    return np.zeros_like(node.data)


def backward_by(start=zeros, seed=lambda root: np.ones_like(root.data), share=lambda v, node, parent: v(node.grad),
                add=lambda had, s: had + s, order=lambda root: topological_order(root)[::-1], parents=lambda node: node.parents,
                vjps=lambda node: node.vjps, after=lambda root: None):
    """9.3 with these parts; the others are right."""

    def backward(root):
        for node in topological_order(root):
            node.grad = start(node)
        root.grad = seed(root)
        for node in order(root):
            for parent, vjp in zip(parents(node), vjps(node), strict=False):
                parent.grad = add(parent.grad, share(vjp, node, parent))
        after(root)

    return backward


def none_first(add):
    return lambda had, s: s if had is None else add(had, s)


def in_place(had, s):
    had += s
    return had


def one_array(root):
    order = topological_order(root)
    nothing = np.zeros_like(root.data)
    for node in order:
        node.grad = nothing
    root.grad = np.ones_like(root.data)
    for node in reversed(order):
        for parent, vjp in zip(node.parents, node.vjps, strict=True):
            parent.grad += vjp(node.grad)


def walk_on(put, pop=-1, remembers=True):
    """A walk without an order: the parents go on the stack as ``put`` says."""

    def backward(root):
        for node in topological_order(root):
            node.grad = zeros(node)
        root.grad = np.ones_like(root.data)
        stack, seen = [root], set()
        while stack:
            node = stack.pop(pop)
            if remembers and node in seen:
                continue
            seen.add(node)
            for parent, vjp in zip(node.parents, node.vjps, strict=True):
                parent.grad = parent.grad + vjp(node.grad)
            stack += put(node)

    return backward


def every_path(root):
    for node in topological_order(root):
        node.grad = zeros(node)
    stack = [(root, np.ones_like(root.data))]
    while stack:
        node, g = stack.pop()
        node.grad = node.grad + g
        stack += [(parent, vjp(g)) for parent, vjp in zip(node.parents, node.vjps, strict=True)]


def every_path_by_recursion(root):
    def visit(node, g):
        node.grad = node.grad + g
        for parent, vjp in zip(node.parents, node.vjps, strict=True):
            visit(parent, vjp(g))

    for node in topological_order(root):
        node.grad = zeros(node)
    visit(root, np.ones_like(root.data))


def clears(which):
    return lambda node: zeros(node) if which(node) else node.grad


PASSES = {
    "overwrites": (backward_by(add=lambda had, s: s), "overwritten"),
    "the first share alone": (backward_by(start=lambda node: None, add=lambda had, s: s if had is None else had), "first_share"),
    "the mean": (backward_by(start=lambda node: None, add=none_first(lambda had, s: (had + s) / 2)), "mean_of_paths"),
    "multiplies": (backward_by(start=lambda node: None, add=none_first(lambda had, s: had * s)), "multiplied"),
    "multiplies zeros": (backward_by(add=lambda had, s: had * s), "nothing_arrives"),
    "adds in place": (backward_by(start=lambda node: None, add=none_first(in_place)), "shared_array"),
    "one array": (one_array, "one_array"),
    "not reversed": (backward_by(order=topological_order), "forwards"),
    "the root skipped": (backward_by(order=lambda root: topological_order(root)[-2::-1]), "nothing_arrives"),
    "down, last parent first": (walk_on(lambda node: node.parents), "wrong_order_last"),
    "down, first parent first": (walk_on(lambda node: node.parents[::-1]), "wrong_order"),
    "by level": (walk_on(lambda node: node.parents, 0), "early"),
    "by level, mirrored": (walk_on(lambda node: node.parents[::-1], 0), "early_last"),
    "never cleared": (backward_by(start=clears(lambda node: node.grad is None)), "stale"),
    "leaves cleared": (backward_by(start=clears(lambda node: node.grad is None or not node.parents)), "leaves_cleared"),
    "inner nodes cleared": (backward_by(start=clears(lambda node: node.grad is None or node.parents)), "inner_cleared"),
    "ones everywhere": (backward_by(start=lambda node: np.ones_like(node.data)), "starts_at_one"),
    "the root's data": (backward_by(seed=lambda root: root.data), "seed"),
    "no seed": (backward_by(seed=zeros), "seed_zero"),
    "a single 1": (backward_by(seed=lambda root: 1.0), "seed_number"),
    "no upstream": (backward_by(share=lambda v, node, parent: v(np.ones_like(node.data))), "upstream_ignored"),
    "no vjp": (backward_by(share=lambda v, node, parent: node.grad), "vjp_ignored"),
    "times the data": (backward_by(share=lambda v, node, parent: v(node.grad) * parent.data), "times_data"),
    "vjps turned": (backward_by(vjps=lambda node: node.vjps[::-1]), "vjps_exchanged"),
    "parents turned": (backward_by(parents=lambda node: node.parents[::-1]), "vjps_exchanged"),
    "the first parent alone": (backward_by(parents=lambda node: node.parents[:1]), "first_parent"),
}
SLOW_PASSES = {  # each takes the five seconds that a call may take
    "down without a memory": (walk_on(lambda node: node.parents, remembers=False), "again_last"),
    "the same, mirrored": (walk_on(lambda node: node.parents[::-1], remembers=False), "again"),
    "every path": (every_path, "every_path"),
    "every path by recursion": (every_path_by_recursion, "every_path+recursion"),
}


def test_a_pass_that_was_stopped_is_told_where() -> None:
    assert "It was stopped after 5 seconds on 40 doublings." in check("9.3", every_path).message


@pytest.mark.parametrize("words", PASSES | SLOW_PASSES)
def test_a_wrong_pass_is_named(words: str) -> None:
    answer, name = (PASSES | SLOW_PASSES)[words]
    verdict = check("9.3", answer)
    assert verdict.kind == name, verdict
    assert "inf" not in verdict.message


UNREACHED = {
    "no seed": backward_by(start=lambda node: None, seed=lambda root: None, order=lambda root: []),
    "cleared at the end": backward_by(after=lambda root: [setattr(node, "grad", None) for node in topological_order(root)]),
    "another name": backward_by(start=lambda node: None, order=lambda root: []),
    "returned": lambda root: {node: zeros(node) for node in topological_order(root)},
}


@pytest.mark.parametrize("words", UNREACHED)
def test_a_pass_that_reaches_nothing_is_asked_where_it_begins(words: str) -> None:
    verdict = check("9.3", UNREACHED[words])
    assert verdict.kind == "none" and "Who gave the root its ones" in verdict.question, verdict
    assert "return" not in verdict.question.replace("it returns nothing", "")


def lists(root):
    for node in topological_order(root):
        node.grad = None
    root.grad = [np.ones_like(root.data)]
    for node in reversed(topological_order(root)):
        for parent, vjp in zip(node.parents, node.vjps, strict=True):
            s = vjp(sum(node.grad))
            parent.grad = [s] if parent.grad is None else [*parent.grad, s]


def plain_lists(root):
    backward_by(start=lambda node: None, add=lambda had, s: [s] if had is None else [*had, s])(root)


def test_a_list_of_shares_is_told_that_an_array_is_wanted_and_breaks_nothing() -> None:
    assert "grad of L is a list; an array is wanted" in check("9.3", lists).message
    assert "is a list; an array is wanted" in check("9.3", plain_lists).message


def not_cleared_at_all(root):
    root.grad = np.ones_like(root.data)
    for node in reversed(topological_order(root)):
        for parent, vjp in zip(node.parents, node.vjps, strict=True):
            parent.grad = parent.grad + vjp(node.grad)


def itself(g, shape):
    return itself(g, shape)


@pytest.mark.parametrize(("number", "answer", "ask"), [
    ("9.3", not_cleared_at_all, "still None"),
    ("9.4", lambda g, shape: gradient.sum(axis=0), "Where does that name get its value"),  # noqa: F821
    ("9.4", itself, "How deep may Python's calls be nested?"),
])
def test_a_stop_whose_reason_is_known_gets_a_question_that_fits_it(number: str, answer, ask: str) -> None:
    assert ask in check(number, answer).question


def changes_data(root):
    backward_by()(root)
    root.data = 0 * root.data


@pytest.mark.parametrize("answer", [changes_data, backward_by(seed=lambda root: in_place(root.data, 1))])
def test_a_pass_that_changes_data_is_told_so(answer) -> None:
    verdict = check("9.3", answer)
    assert verdict.kind == "form" and "The data of L is not what it was" in verdict.message, verdict


def test_wrong_entries_are_called_by_the_name_of_their_value() -> None:
    verdict = check("9.3", backward_by(add=lambda had, s: s))
    assert verdict.rows[0][0] == "first wrong entry, L = p (p + x) with p = x y"
    assert verdict.rows[0][1].startswith("grad of (x y)[0, 0] is ")
    assert "node 3" not in repr(verdict)


def test_a_right_pass_over_a_wrong_order_is_not_blamed() -> None:
    space = {"__name__": "lesson", "np": np, "topological_order": order_by(literal)}
    exec("def backward(root):\n"
         "    order = topological_order(root)\n"
         "    for node in order:\n        node.grad = np.zeros_like(node.data)\n"
         "    root.grad = np.ones_like(root.data)\n"
         "    for node in reversed(order):\n"
         "        for parent, vjp in zip(node.parents, node.vjps):\n"
         "            parent.grad = parent.grad + vjp(node.grad)\n", space)
    verdict = check("9.3", space["backward"])
    assert verdict.kind == "carried_forward", verdict


@pytest.mark.parametrize("one", [lambda node: 1.0, lambda node: np.ones_like(node.data)])
def test_a_vjp_is_not_a_factor(one) -> None:
    verdict = check("9.3", backward_by(share=lambda v, node, parent: v(one(node)) * node.grad))
    assert verdict.kind == "vjp_as_factor", verdict


def test_a_class_made_of_bpkits_own_is_no_answer() -> None:
    assert check("9.1", type("Value", (autodiff.Value,), {})).kind == "borrowed"


def test_an_unnamed_mistake_is_shown_on_the_first_graph_that_it_spoils() -> None:
    verdict = check("9.3", backward_by(share=lambda v, node, parent: 3 * v(node.grad) * parent.data**2))
    assert verdict.kind not in ("nan", "error") and verdict.rows[0][0] == "first wrong entry, L = x y + z", verdict


# --- 9.4


def both_sums(added=lambda g: g.sum(axis=0), stretched=lambda g, i: g.sum(axis=i, keepdims=True), stop=False):
    def unbroadcast(g, shape):
        while g.ndim > len(shape):
            g = added(g)
        for i, n in enumerate(shape):
            if n == 1:
                g = stretched(g, i)
                if stop:
                    break
        return g

    return unbroadcast


def if_for_while(g, shape):
    if g.ndim > len(shape):
        g = g.sum(axis=0)
    for i, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis=i, keepdims=True)
    return g


def counted_on(g, shape):
    for i in range(g.ndim - len(shape)):
        g = g.sum(axis=i)
    return both_sums()(g, shape)


def stretched_alone(g, shape):
    for i, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis=i, keepdims=True)
    return g


def from_the_right(g, shape):
    for i in range(1, len(shape) + 1):
        if shape[-i] == 1:
            g = g.sum(axis=-i, keepdims=True)
    return g


def stretched_first(g, shape):
    g = stretched_alone(g, shape)
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    return g


def all_axes(g, shape, keep):
    full = (1,) * (g.ndim - len(shape)) + tuple(shape)
    return g.sum(axis=tuple(i for i, n in enumerate(full) if n == 1), keepdims=keep)


BACK = {
    "no keepdims": (both_sums(stretched=lambda g, i: g.sum(axis=i)), "stretched_gone"),
    "squeezed": (lambda g, shape: np.squeeze(both_sums()(g, shape)), "stretched_gone"),
    "all at once, no keepdims": (lambda g, shape: all_axes(g, shape, False), "stretched_gone"),
    "all at once, keepdims": (lambda g, shape: all_axes(g, shape, True), "added_kept"),
    "a break": (both_sums(stop=True), "one_stretched"),
    "if for while": (if_for_while, "one_added"),
    "counted on": (counted_on, "added_counted_on"),
    "stretched alone": (stretched_alone, "stretched_alone_from_the_left"),
    "stretched alone, from the right": (from_the_right, "stretched_alone"),
    "stretched first": (stretched_first, "stretched_first"),
    "added alone": (both_sums(stretched=lambda g, i: g), "added_alone"),
    "mean of the added": (both_sums(added=lambda g: g.mean(axis=0)), "mean_of_added"),
    "mean of the stretched": (both_sums(stretched=lambda g, i: g.mean(axis=i, keepdims=True)), "mean_of_stretched"),
    "the first axis": (both_sums(stretched=lambda g, i: g.sum(axis=0, keepdims=True)), "rows_always"),
    "chapter 6": (lambda g, shape: g.sum(axis=1, keepdims=True), "bias_rule"),
    "everything": (lambda g, shape: g.sum(), "everything"),
    "nothing": (lambda g, shape: g, "not_summed"),
}


@pytest.mark.parametrize("words", BACK)
def test_a_wrong_way_back_from_broadcasting_is_named(words: str) -> None:
    answer, name = BACK[words]
    verdict = check("9.4", answer)
    assert verdict.kind == name, verdict


@pytest.mark.parametrize(("change", "ask"), [
    (lambda right, g: right if right.ndim else right.reshape(1, 1), "lost or added"),
    (lambda right, g: g if right.ndim == 1 else right, "still something to add up"),
])
def test_a_wrong_shape_is_asked_about_without_factors(change, ask: str) -> None:
    verdict = check("9.4", lambda g, shape: change(both_sums()(g, shape), g))
    assert ask in verdict.question and "factor" not in verdict.question, verdict
    assert "rows and columns" not in verdict.message


@pytest.mark.parametrize("number", ["9.1", "9.2", "9.3", "9.4"])
@pytest.mark.parametrize("answer", [
    lambda *args: 7, lambda *args: "text", lambda *args: [None], lambda *args: object(), lambda *args: {1: [2, [3]]},
    lambda root: setattr(root, "parents", None), lambda root: setattr(root, "grad", {}), type("Odd", (), {}), type(None)])
def test_a_check_of_chapter_9_never_raises(number: str, answer) -> None:
    assert judge(number, answer).status == "not_yet"
