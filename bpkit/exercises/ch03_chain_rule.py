"""Chapter 3: the chain rule.

Letters: x, y, z, w, b numbers; p a product, s a sum, a = sigmoid(z); L the result, dx short for dL/dx.
"""

from __future__ import annotations

from .chain_cases import CHAIN, FORK, FORMULA, THREE, ZEROS
from .declare import exercise
from .formulas import typed
from .maths import differences, sigmoid


@exercise(
    "3.1", "x, y, z -> dx, dy, dz",
    cases=THREE | ZEROS,
    flaws="""
        upstream_ignored: the upstream gradient left out of dx and dy
            How much does L change when the sum grows by one?
        x_local: the upstream gradient left out of dx
            How much does L change when the sum grows by one?
        y_local: the upstream gradient left out of dy
            How much does L change when the sum grows by one?
        added: factors added along a path
            Along one path, do factors multiply or add?
        own_value: each input multiplied in by its own value
            x is added to y: how much does the sum change when x grows by one?
        product_of_inputs: the sum treated as a product
            Which operation joins x and y?
        sum_forgotten: dz taken from one of the two summands alone
            What is the other factor of the product whole?
        dz_own: dz equal to z
            What does a product hand to one side: its own value, or the other's?
        dz_value: dz equal to L
            L is a product. What is its slope when only z moves?
        sign: the opposite sign
            Where does a minus come in, and is there one here?
    """,
    hints="""
        Name what is in between: a sum, and then a product.
        The product hands each of its two sides the value of the other side.
        The sum passes what it gets on to both summands, unchanged.
    """,
    referee=lambda x, y, z: {
        "dx": differences(lambda x: (x + y) * z, x), "dy": differences(lambda y: (x + y) * z, y),
        "dz": differences(lambda z: (x + y) * z, z)},
)
def backward_add_mul(x, y, z, *, unless):
    s = x + y
    ds = unless(z, upstream_ignored=1.0, added=z + 1)
    dz = unless(s, sum_forgotten=x, dz_own=z, dz_value=s * z)
    dx, dy = unless((ds, ds), own_value=(ds * x, ds * y), product_of_inputs=(ds * y, ds * x),
                    x_local=(1.0, ds), y_local=(ds, 1.0))
    m = unless(1, sign=-1)
    return m * dx, m * dy, m * dz


@exercise(
    "3.2", "w, x, b -> dw, dx, db",
    cases=THREE,
    flaws="""
        slope_at_x: the outer derivative at x instead of at the inner value
            What goes into the sigmoid: x, or the weighted sum?
        slope_at_a: the outer derivative at the output instead of at the inner value
            The slope in terms of a is a(1 - a). Which number did you put in there?
        slope_at_z: the outer derivative's formula with z in it
            The slope is a(1 - a): which number is a?
        slope_missing: the outer derivative left out
            Between z and a stands a sigmoid. How much of a change in z gets through?
        value_for_slope: the value of the sigmoid in place of its slope
            Is the local factor of a function its value?
        rest_for_slope: only one of the two factors of the slope, 1 minus the output
            The slope of a sigmoid has two factors in terms of a. Which one is there already?
        slope_of_zero: a slope that is 0 everywhere
            Which does Python do first in that slope, multiply or subtract, and what does it leave?
        one_multiplied: the 1 of the slope multiplied before the output is taken from it
            What does Python do first there, multiply or subtract, and which parentheses would change that?
        w_local: the upstream gradient left out of dw
            Which factor lies between z and a?
        x_local: the upstream gradient left out of dx
            Which factor lies between z and a?
        added: factors added along the path
            Along one path, do factors multiply or add?
        exchanged: the local factors of w and x exchanged
            w x is a product. What does a product hand to w?
        inner_missing: the inner derivative left out
            How much does z change when w changes by one?
        bias_zero: a bias that does not matter
            How much does z change when b changes by one?
        bias_times_b: the bias's gradient multiplied by b
            How much does z change when b changes by one?
        bias_one: the upstream gradient left out of db
            Which factor lies between z and a?
        sign: the opposite sign
            Does a sigmoid rise or fall?
    """,
    hints="""
        Three stages: a product, a sum, and a sigmoid. Each has its own local factor.
        The sigmoid's local factor is its slope at the sum that goes into it; in terms of a it is a(1 - a).
        From there the sum passes it on to both sides, and the product hands each side the value of the other.
    """,
    referee=lambda w, x, b: {
        "dw": differences(lambda w: sigmoid(w * x + b), w), "dx": differences(lambda x: sigmoid(w * x + b), x),
        "db": differences(lambda b: sigmoid(w * x + b), b)},
)
def backward_neuron(w, x, b, *, unless):
    z = unless(w * x + b, slope_at_x=x)
    a = unless(sigmoid(z), slope_at_a=sigmoid(sigmoid(z)))
    dz = unless(1, sign=-1) * unless(a * (1 - a), slope_at_z=z * (1 - z), slope_missing=1.0,
                                     value_for_slope=a, rest_for_slope=1 - a, slope_of_zero=0.0)
    dw, dx = unless((dz * x, dz * w), exchanged=(dz * w, dz * x), inner_missing=(dz, dz), added=(dz + x, dz + w),
                    w_local=(x, dz * w), x_local=(dz * x, w))
    db = unless(dz, bias_zero=0.0, bias_times_b=dz * b, bias_one=1.0)
    return unless((dw, dx, db), one_multiplied=(a - a * x, a - a * w, a - a))


@exercise(
    "3.3", "x, w, b, y -> de, da, dz, dp, db, dw, dx",
    cases=CHAIN,
    flaws="""
        twice: the derivative of the square without the half
            What does the half in L cancel?
        loss_itself: L itself in place of its derivative
            The half in L is there for its derivative. What is left of it?
        local_only: the local factors alone, none of them multiplied by its upstream gradient
            Each line answers how L changes. Which line above it does it need?
        upstream_one: a 1 at the start in place of the error
            L is half of e squared. How does it change with e?
        a_local: the upstream gradient left out of da
            How does L change when e grows by one, and what is left of that in da?
        error_turned: the error turned around
            The prediction rises: does the error rise or fall?
        slope_missing: the slope of the sigmoid left out
            How much of a change in z gets through to a?
        slope_at_z: the slope's formula with z in it
            The slope is a(1 - a): which number is a?
        slope_alone: the upstream gradient left out of dz
            Which factor has been collected before this step?
        slope_added: the slope of the sigmoid added
            Along one path, do factors multiply or add?
        value_for_slope: the value of the sigmoid in place of its slope
            Is the local factor of a function its value?
        rest_for_slope: only one of the two factors of the slope, 1 minus the output
            The slope of a sigmoid has two factors in terms of a. Which one is there already?
        one_multiplied: the 1 of the slope multiplied before the output is taken from it
            What does Python do first there, multiply or subtract, and which parentheses would change that?
        p_local: the upstream gradient left out of dp
            How does L change when z grows by one, and what is left of that in dp?
        sum_times_w: the w of the product multiplied in at the sum
            z is p plus b. Where does w come in: at the sum, or one line later?
        b_local: the upstream gradient left out of db
            How does L change when z grows by one, and what is left of that in db?
        sum_splits: half of it to each summand
            If p grows by one, how much does the sum grow?
        bias_times_b: the bias's gradient multiplied by b
            How much does z change when b changes by one?
        exchanged: the local factors of w and x exchanged
            p is w times x. What does a product hand to w?
        inner_missing: the last local factor left out
            How much does p change when w changes by one?
        upstream_forgotten: the upstream gradient left out of dw and dx
            Which factors lie between p and L?
        w_local: the upstream gradient left out of dw
            Which factors lie between p and L?
        x_local: the upstream gradient left out of dx
            Which factors lie between p and L?
        w_own: dw taken with w itself
            p is w times x. What does a product hand to w: its own value, or the other's?
        x_own: dx taken with x itself
            p is w times x. What does a product hand to x: its own value, or the other's?
    """,
    hints="""
        Go from the bottom line to the top. Each blank is the one before it, times one local factor.
        The local factors: of half a square, of a difference, of a sigmoid, of a sum (twice), of a product (twice).
        A difference and a sum pass on what they get; a product hands each side the value of the other.
    """,
)
def long_chain(x, w, b, y, *, unless):
    z = w * x + b
    a = sigmoid(z)
    e = a - y
    de = unless(e, twice=2 * e, upstream_one=1.0, loss_itself=e**2 / 2)
    da = unless(de, error_turned=-de, a_local=1.0)
    slope = unless(a * (1 - a), slope_missing=1.0, slope_at_z=z * (1 - z), value_for_slope=a, rest_for_slope=1 - a)
    dz = unless(da * slope, slope_alone=slope, slope_added=da + slope, one_multiplied=da * a - a)
    dp = unless(dz, sum_splits=dz / 2, p_local=1.0, sum_times_w=dz * w)
    db = unless(dz, bias_times_b=dz * b, b_local=1.0)
    dw, dx = unless((dp * x, dp * w), exchanged=(dp * w, dp * x), inner_missing=(dp, dp), upstream_forgotten=(x, w),
                    w_local=(x, dp * w), x_local=(dp * x, w), w_own=(dp * w, dp * w), x_own=(dp * x, dp * x))
    return unless((de, da, dz, dp, db, dw, dx), local_only=(de, 1.0, slope, 1.0, 1.0, x, w))


@exercise(
    "3.4", "x, y -> dx, dy",
    cases=FORK,
    flaws="""
        first_path: the path through the sum alone
            Through how many nodes does x reach L?
        last_path: the path through the product alone
            Is what the first path brought still there, or was it written over?
        paths_multiplied: the paths multiplied
            Along a path factors multiply. What happens where two paths meet?
        mean_of_paths: the mean of the paths
            If x acts on L in two ways, does it act more, or the same?
        paths_subtracted: the paths subtracted
            Do the two ways help each other here, or fight?
        upstream_exchanged: the factors of the two paths exchanged
            L is s times p. What does a product hand to s?
        upstream_ignored: the upstream gradients left out
            How much does L change when s grows by one?
        own_value: the product's local factor taken from the same side
            p is x times y. What does a product hand to x?
    """,
    hints="""
        x is used twice: in the sum, and in the product. Draw both ways to L.
        Find what each way brings, as if the other one did not exist.
        Where two ways lead from one number to L, what they bring is added.
    """,
    referee=lambda x, y: {"dx": differences(lambda x: (x + y) * (x * y), x),
                          "dy": differences(lambda y: (x + y) * (x * y), y)},
)
def backward_fork(x, y, *, unless):
    s, p = x + y, x * y
    ds, dp = unless((p, s), upstream_exchanged=(s, p), upstream_ignored=(1.0, 1.0))
    factor_x, factor_y = unless((y, x), own_value=(x, y))

    def join(one, other):
        return unless(one + other, first_path=one, last_path=other, paths_multiplied=one * other,
                      mean_of_paths=(one + other) / 2, paths_subtracted=one - other)

    return join(ds, dp * factor_x), join(ds, dp * factor_y)


@exercise(
    "3.5", "x, w, y -> slope",
    name="dL_dw",
    adapt=typed,
    cases=FORMULA,
    flaws="""
        inner_missing: the inner derivative left out
            w stands inside a product. How much does that product change when w changes by one?
        slope_missing: the slope of the sigmoid left out
            Which stage lies between the product and the difference?
        loss_itself: L itself in place of its derivative
            Is the value of L asked for, or how fast it changes with w?
        error_squared: the error still squared
            The derivative of half a square: which power is left?
        rest_for_slope: only one of the two factors of the slope, 1 minus the sigmoid
            The slope of a sigmoid has two factors. Which one is there already?
        upstream_missing: the error left out
            Which stage comes last, and what is its local factor?
        twice: the derivative of the square without the half
            What does the half in L cancel?
        sign: the error turned around
            Which of the two numbers is taken away inside the square, and does that matter for the slope?
        with_respect_to_x: the derivative with respect to x
            Which of the letters moves, and which stand still?
        slope_at_x: the slope of the sigmoid taken at x
            At which number is the outer derivative taken?
        slope_at_w: the slope of the sigmoid taken at w
            At which number is the outer derivative taken?
        added: factors added along the path
            Along one path, do factors multiply or add?
    """,
    hints="""
        L is half of a square, of a difference, of a sigmoid, of a product. Write the four local factors side by side.
        The outer derivatives are taken at the inner values, so w and x appear inside the sigmoid wherever it occurs.
        The sigmoid's slope is the sigmoid itself times one minus it.
    """,
    referee=lambda x, w, y: {"slope": differences(lambda w: (sigmoid(w * x) - y) ** 2 / 2, w)},
)
def slope_of_loss(x, w, y, *, unless):
    a = sigmoid(w * x)
    at = unless(a, slope_at_x=sigmoid(x), slope_at_w=sigmoid(w))
    slope = unless(at * (1 - at), slope_missing=1.0, rest_for_slope=1 - at)
    error = unless(a - y, upstream_missing=1.0, twice=2 * (a - y), sign=y - a, error_squared=(a - y) ** 2)
    inner = unless(x, inner_missing=1.0, with_respect_to_x=w)
    return float(unless(error * slope * inner, added=error + slope + inner, loss_itself=(a - y) ** 2 / 2))
