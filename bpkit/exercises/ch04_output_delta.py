"""Chapter 4: the error signal of the output layer.

Letters: z weighted sums, a = f(z) predictions, y targets, g = dL/da, delta = dL/dz, all (n, N) or (K, N), one example a
column; s = softmax(z); K classes, N examples. The 1/N of the loss is part of delta.
"""

from __future__ import annotations

from .cases import columns_of_probability, normal, one_hot, over_sizes
from .ch02_loss import binary_cross_entropy, cross_entropy, half_mse
from .declare import exercise
from .loss_cases import CLASSES, LABELS, logit, sure_once
from .maths import differences, np, sigmoid, softmax


@exercise(
    "4.1", "a (n, N), y (n, N) -> delta (n, N)",
    twins={"bp.output_delta": "bpkit.backprop:output_delta"},
    cases=LABELS | {"one output": sure_once},
    flaws="""
        cross_entropy_slope: the slope of binary cross-entropy in place of that of half the squared error
            Which loss divides by a and by 1 - a, and which loss is meant here?
        loss_itself: the loss of each entry in place of its slope
            What is asked for, L or the change of L with z?
        slope_missing: the slope of the sigmoid left out
            Between z and a stands a sigmoid. How much of a change in z gets through?
        slope_at_a: the sigmoid's slope taken at a instead of z
            The slope in terms of a is a(1 - a). What did you put into the sigmoid a second time?
        half_slope: a in place of the slope a(1 - a)
            How steep is the sigmoid where a is nearly 1?
        slope_twice: the slope of the sigmoid taken twice
            How many sigmoids lie between z and L?
        sign: the error turned around
            Should delta be positive or negative where the prediction is too large?
        factor_two: the half of the loss forgotten
            What does the half cancel?
        not_divided_by_N: the 1/N left out
            The loss is a mean over the examples. What does that do to its slope?
        divided_twice: the 1/N taken twice
            How often does the mean over the examples occur?
        over_outputs: a division by the number of all entries
            Which axis does the 1/N belong to?
        per_output: a division by the number of outputs in place of the examples
            Which axis counts the examples?
        only_target_divided: the 1/N taken of the target alone
            What does Python do first, divide or subtract, and which parentheses would change that?
        slope_of_zero: a slope that is 0 everywhere
            Which does Python do first in that slope, multiply or subtract, and what does it leave?
        one_multiplied: the 1 of the slope multiplied before the prediction is taken from it
            What does Python do first there, multiply or subtract, and which parentheses would change that?
        one_multiplied_last: the 1 of the slope multiplied before the prediction is taken from it, after the 1/N
            What does Python do first there, multiply or subtract, and which parentheses would change that?
        relative: a division by the slope
            Does a flat sigmoid let more of the error through, or less?
    """,
    hints="""
        Two factors: how L changes with a, and how a changes with z.
        For half a square the first factor is a difference; it carries the 1/N of the loss.
        The slope of a sigmoid, written with its output, needs a alone.
    """,
    referee=lambda a, y: {"delta": differences(lambda z: half_mse(sigmoid(z), y), logit(a))},
)
def delta_half_mse_sigmoid(a, y, *, unless):
    error = unless(1, sign=-1) * unless(a - y, factor_two=2 * (a - y),
                                        only_target_divided=a * a.shape[1] - y)
    slope = a * (1 - a)
    with np.errstate(all="ignore"):
        cancels_on_paper = ((1 - y) / (1 - a) - y / a) * slope
        relative = error / slope
    count = unless(a.shape[1], not_divided_by_N=1, divided_twice=a.shape[1] ** 2, over_outputs=a.size,
                   per_output=len(a))
    delta = unless(error * slope, slope_missing=error, slope_at_a=error * sigmoid(a) * (1 - sigmoid(a)),
                   half_slope=error * a, slope_twice=error * slope**2, relative=relative, slope_of_zero=0 * error,
                   one_multiplied=error * a * a.shape[1] - a, one_multiplied_last=error * a - a * a.shape[1],
                   cross_entropy_slope=cancels_on_paper, loss_itself=error**2 / 2)
    return delta / count


@exercise(
    "4.2", "a (n, N), y (n, N) -> delta (n, N)",
    twins={"bp.output_delta": "bpkit.backprop:output_delta"},
    cases=LABELS | {"sure": lambda rng: (np.array([[0.0, 1.0, 1.0, 0.0]]), np.array([[0.0, 1.0, 0.0, 1.0]]))},
    flaws="""
        slope_left_in: the slope of the sigmoid left in
            The loss's own derivative divides by a(1 - a). What remains after the product?
        sign: the error turned around
            Should delta be positive or negative where the prediction is too large?
        only_for_one: a delta that is right for y = 1 alone
            What should delta be where y is 0 and the prediction is 0.9?
        long_way: a division by a and by 1 - a that cancels only on paper
            What does a computer make of 0 divided by 0, where a is exactly 0 or 1?
        at_a: dL/da in place of dL/dz
            Which factor takes you from a back to z?
        factor_two: twice the difference
            Is there a square in this loss?
        squared: the square of the difference
            Is the loss asked for, or its slope?
        not_divided_by_N: the 1/N left out
            The loss is a mean over the examples. What does that do to its slope?
        divided_twice: the 1/N taken twice
            How often does the mean over the examples occur?
        over_outputs: a division by the number of all entries
            Which axis does the 1/N belong to?
        per_output: a division by the number of outputs in place of the examples
            Which axis counts the examples?
        only_target_divided: the 1/N taken of the target alone
            What does Python do first, divide or subtract, and which parentheses would change that?
        exchanged: the target's own sigmoid subtracted
            Is y a number before the sigmoid, or after it?
    """,
    hints="""
        Two factors again: your derivative of 2.5, and the slope of the sigmoid in terms of a.
        Multiply them on paper, for y = 1 and for y = 0. What cancels?
        What remains is the simplest thing that compares a with y, and the 1/N.
    """,
    referee=lambda a, y: {"delta": differences(lambda z: binary_cross_entropy(sigmoid(z), y), logit(a))},
)
def delta_bce_sigmoid(a, y, *, unless):
    slope = a * (1 - a)
    with np.errstate(all="ignore"):
        at_a = (1 - y) / (1 - a) - y / a
        long_way = at_a * slope
    delta = unless(a - y, slope_left_in=(a - y) * slope, only_for_one=y * (a - 1), at_a=at_a, long_way=long_way,
                   factor_two=2 * (a - y), squared=(a - y) ** 2, exchanged=a - sigmoid(y),
                   only_target_divided=a * a.shape[1] - y)
    count = unless(a.shape[1], not_divided_by_N=1, divided_twice=a.shape[1] ** 2, over_outputs=a.size,
                   per_output=len(a))
    return unless(1, sign=-1) * delta / count


@exercise(
    "4.3", "a (K, N), g (K, N) -> dz (K, N)",
    twins={"bp.softmax.vjp": "bpkit.activations:Softmax.vjp"},
    cases=over_sizes(a=lambda rng, sizes: columns_of_probability(rng, sizes["K"], sizes["N"])),
    flaws="""
        diagonal_only: every output moved by its own z alone
            A softmax sums to 1. If one probability rises, what do the others do?
        upstream_ignored: the upstream gradient left out of the first part
            What is each probability's share of the change worth to the loss?
        not_subtracted: the common part left out
            If the upstream were the same for all classes, what should come out?
        added: the common part added instead of subtracted
            If the upstream were the same for all classes, what should come out?
        not_scaled: the difference from the common part left without its factor
            Does a class of probability 0.01 move as far as one of 0.9?
        softmax_again: a softmax of a, which is a softmax already
            Is a the weighted sum, or what the softmax made of it?
        weighted_mean: the mean over the classes of what should be added up
            Do the weights already sum to 1, or must the sum be divided as well?
        not_weighted: the common part taken from every class alike
            Does a class of probability 0.01 take part like one of 0.9?
        mean: the mean of g over the classes in place of the weighted sum
            Which weights make the sum of g an expectation?
        plain_sum: the sum of g, without weights
            Which weights make the sum of g an expectation?
        across_the_batch: the sum taken over the examples
            Do the examples of a batch share their probability?
        over_everything: the sum taken over the whole table
            Do the examples of a batch share their probability?
        sign: the sign turned around
            If g favours one class, should its z rise or fall?
    """,
    hints="""
        One example: how does probability i change with z_k, for i = k and for i not k?
        Multiply by g_i and add over i: one part stays with its own class, the other is the same sum for every k.
        That sum is one number for each example; no table of K times K is needed.
    """,
    referee=lambda a, g: {"dz": differences(lambda z: np.sum(g * softmax(z)), np.log(a))},
)
def softmax_vjp(a, g, *, unless):
    a = unless(a, softmax_again=softmax(a))
    axis = unless(0, across_the_batch=1, over_everything=None)
    weighted = unless(a * g, mean=g / len(g), plain_sum=g, weighted_mean=a * g / len(g))
    common = np.sum(weighted, axis=axis, keepdims=True)
    inside = unless(g - common, not_subtracted=g, added=g + common, upstream_ignored=1 - common)
    dz = unless(a * inside, not_scaled=inside, not_weighted=a * g - common, diagonal_only=a * (1 - a) * g)
    return unless(1, sign=-1) * dz


@exercise(
    "4.4", "z (K, N), y (K, N) -> delta (K, N)",
    quiet=True,
    twins={"bp.output_delta": "bpkit.backprop:output_delta"},
    cases=over_sizes(
        large=1000.0, y=lambda rng, sizes: one_hot(rng, sizes["K"], sizes["N"]),
        more={"shared targets": lambda rng: (normal(rng, 3, 4), columns_of_probability(rng, 3, 4))}),
    flaws="""
        slope_left_in: a slope s(1 - s) left in
            What do the softmax and the logarithm do to each other?
        sign: the error turned around
            Should delta be positive or negative for the right class?
        not_divided_by_N: the 1/N left out
            The loss is a mean over the examples. What does that do to its slope?
        divided_twice: the 1/N taken twice
            How often does the mean over the examples occur?
        over_classes: a division by the number of all entries
            Which axis does the 1/N belong to?
        per_class: a division by the number of classes in place of the examples
            Which axis counts the examples?
        across_the_batch: a softmax across the batch
            Do the classes of one example share the probability, or the examples of one class?
        overflow: exponentials of large numbers
            What may you subtract from all z of a column without changing the result?
        z_for_a: z in place of the probabilities
            Is it z that is compared with the target, or what softmax makes of it?
        sigmoid: a sigmoid in place of the softmax
            Should the probabilities of one example sum to 1?
        only_target_divided: the 1/N taken of the target alone
            What does Python do first, divide or subtract, and which parentheses would change that?
        wrong_classes_only: nothing for the right class
            What does delta say to the z of the right class, while its probability is below 1?
        hard: the winning class in place of the probabilities
            Is a win by a hair worth as much as a clear one?
    """,
    hints="""
        First the probabilities, with your stable softmax of 1.3.
        The chain through softmax and cross-entropy is long, but nearly everything cancels: work it out for one example.
        What is left compares two columns that both sum to 1. The 1/N belongs to it.
    """,
    referee=lambda z, y: {"delta": differences(lambda z: cross_entropy(softmax(z), y), z)},
)
def delta_cross_entropy_softmax(z, y, *, unless):
    s = unless(lambda: softmax(z), across_the_batch=lambda: softmax(z.T).T, z_for_a=z, sigmoid=lambda: sigmoid(z),
               overflow=lambda: np.exp(z) / np.sum(np.exp(z), axis=0), hard=lambda: (z == np.max(z, axis=0)) * 1.0)
    delta = unless(s - y, slope_left_in=(s - y) * s * (1 - s), wrong_classes_only=(s - y) * (y == 0),
                   only_target_divided=s * z.shape[1] - y)
    count = unless(z.shape[1], not_divided_by_N=1, divided_twice=z.shape[1] ** 2, over_classes=z.size,
                   per_class=len(z))
    return unless(1, sign=-1) * delta / count


PLAINLY = {"mostly wrong": "surprising targets"}


@exercise(
    "4.5", "s (K, N), y (K, N) -> delta (K, N)",
    cases={PLAINLY.get(tag, tag): make for tag, make in CLASSES.items() if not tag.startswith("probability")},
    harmless={("not_times_s", "upstream_not_divided"): "s_k below and s_k above the line cancel, so the sum is right",
              ("not_times_s", "upstream_difference"): "differences that sum to 0 leave of the bracket its 1 alone"},
    flaws="""
        diagonal_only: the terms with k = i alone
            Does s_k change when another z_i moves?
        off_diagonal_only: the terms with k not i alone
            Does s_i change when its own z_i moves?
        other_sign: the plus sign for k not i
            If z_i rises, what do the other probabilities do?
        not_times_s: the bracket without its factor s_k
            How much can a probability of 0.01 still fall?
        same_missing: the bracket without its 1 for k = i
            How does s_i change with its own z_i: is there a case of its own in the bracket?
        always_diagonal: the derivative for k = i used for every k
            What does z_i do to s_k, if k is another class?
        upstream_loss: the term of the loss in place of its slope
            Is L itself the upstream factor, or how L changes with s_k?
        upstream_difference: the difference of probability and target as the upstream factor
            Is that difference how L changes with s_k, or what the whole chain ends in?
        stays_zero: a delta that stays 0
            Is something added at all, and does upstream change from one k to the next?
        upstream_sign: the upstream factor with the other sign
            If the probability of the truth rises, does L rise or fall?
        upstream_not_divided: the upstream factor without its division by s_k
            What is the derivative of the logarithm?
        k_for_i: the bracket with s_k in place of s_i
            Which of the two moves: the weighted sum k, or the weighted sum i?
        i_for_k: the factor s_i in place of s_k
            Which output is it whose change you are after, k or i?
        last_term: the last term alone
            Is the sum kept from one round to the next?
        not_divided_by_N: the 1/N left out
            The loss is a mean over the examples. What does that do to its slope?
        divided_twice: the 1/N taken twice
            How often does the mean over the examples occur?
        per_class: a division by the number of classes in place of the examples
            Which axis counts the examples?
    """,
    hints="""
        The first two blanks are two factors: how L changes with s_k, and how s_k changes with z_i.
        For the second one, write the two cases k = i and k not i as one line, with a factor that is 1 or 0.
        The third blank sums over k, over all paths from z_i to L. The fourth makes a mean of the sum over the examples.
    """,
    referee=lambda s, y: {"delta": differences(lambda z: cross_entropy(softmax(z), y), np.log(s))},
)
def delta_by_indices(s, y, *, unless):
    K, N = s.shape
    delta = np.zeros((K, N))
    for e in range(N):
        for i in range(K):
            for k in range(K):
                same = 1.0 * (i == k)
                upstream = unless(-y[k, e] / s[k, e], stays_zero=1.0, upstream_sign=y[k, e] / s[k, e],
                                  upstream_not_divided=-y[k, e], upstream_loss=-y[k, e] * np.log(s[k, e]),
                                  upstream_difference=s[k, e] - y[k, e])
                local = unless(s[k, e] * (same - s[i, e]), diagonal_only=same * s[k, e] * (1 - s[i, e]),
                               off_diagonal_only=(same - 1) * s[k, e] * s[i, e], other_sign=s[k, e] * (same + s[i, e]),
                               not_times_s=same - s[i, e], k_for_i=s[k, e] * (same - s[k, e]),
                               i_for_k=s[i, e] * (same - s[i, e]), same_missing=-s[k, e] * s[i, e],
                               always_diagonal=s[k, e] * (1 - s[k, e]))
                delta[i, e] = unless(delta[i, e], last_term=0.0) + upstream * local
    return delta / unless(N, not_divided_by_N=1, divided_twice=N**2, per_class=K)
