"""Chapter 2: the loss.

Letters: a prediction, y target, both (n, N) or (K, N), one example a column; L loss; z weighted sum; K classes.
"""

from __future__ import annotations

from .cases import over_sizes
from .declare import exercise
from .loss_cases import (
    LABELS,
    LARGE_AND_CLOSE,
    SURE_CLASSES,
    SURE_LABELS,
    in_words,
    infinite_where_refused,
    other_targets,
    winners,
)
from .maths import differences, np


@exercise(
    "2.1", "a (n, N), y (n, N) -> loss",
    twins={"bp.half_mse": "bpkit.losses:half_mse.terms"},
    cases=other_targets,
    flaws="""
        halved_first: the difference halved before it is squared
            What becomes of a half when it is squared?
        no_half: the half left out
            Which constant makes the derivative come out without a 2?
        summed: the sum over the examples where their mean is meant
            Should the loss of a batch grow with the batch?
        mean_over_outputs: the mean over the outputs as well
            Which of the two axes does the 1/N belong to?
        per_output: the mean over the outputs, and the sum over the examples
            Which axis counts the examples?
        divided_twice: the 1/N taken twice
            How often does the mean over the examples occur?
        not_squared: the sizes of the differences in place of their squares
            How much worse is a miss of 2 than a miss of 1?
        signed: the differences themselves
            Can two misses cancel each other?
        root: the square root of it
            Is the loss a squared error, or its root?
        of_the_sum: the square of the summed difference
            What comes first: squaring each miss, or adding them up?
        difference_of_squares: the difference of the squares
            What is squared: the miss, or the two numbers each?
    """,
    hints="""
        One example first: how far is each output from its target, and how is that counted?
        Add over the outputs of an example, then take the mean over the examples.
        The half is there so that the derivative has no 2.
    """,
)
def half_mse(a, y, *, unless):
    N = a.shape[1]
    misses = unless((a - y) ** 2, not_squared=np.abs(a - y), signed=a - y, difference_of_squares=a**2 - y**2,
                    of_the_sum=np.sum(a - y, axis=0, keepdims=True) ** 2)
    count = unless(N, summed=1, mean_over_outputs=a.size, per_output=a.shape[0], divided_twice=N**2)
    loss = np.sum(misses) / count / unless(2, no_half=1, halved_first=4)
    return unless(lambda: loss, root=lambda: np.sqrt(np.abs(loss)))


@exercise(
    "2.2", "a (K, N), y (K, N) -> loss",
    twins={"bp.cross_entropy": "bpkit.losses:cross_entropy.terms"},
    cases=SURE_CLASSES, tolerance=1e-4, observe=in_words, adapt=infinite_where_refused,
    flaws="""
        sign: the minus left out
            What sign does the logarithm of a probability have, and what sign should a loss have?
        summed: the sum over the examples where their mean is meant
            Should the loss of a batch grow with the batch?
        mean_over_classes: the mean over the classes as well
            How many of the K terms of an example are not 0?
        per_class: the mean over the classes, and the sum over the examples
            Which axis counts the examples?
        base_ten: logarithms to base 10
            Which logarithm has the slope 1/a?
        base_two: logarithms to base 2
            Which logarithm has the slope 1/a?
        largest: the class that the network favours, in place of the right one
            Who says which class counts: the network, or the target?
        hard_targets: the most likely class of the target, as if it were certain
            What does a target of 0.7 and 0.3 say that its winner alone does not?
        error_rate: the share of wrong answers in place of logarithms
            Does it make a difference whether the network was nearly sure?
        exchanged: prediction and target exchanged
            Whose logarithm is taken: of what is predicted, or of what is true?
        exchanged_safely: prediction and target exchanged, and the targets of 0 left out
            Whose logarithm is taken: of what is predicted, or of what is true?
        truth_free: a truth with probability 0 that costs nothing
            Which zeros may be left out: those of the target, or those of the prediction?
        both_terms: the terms of the other classes added
            Which classes does the formula of this exercise count?
        no_logarithm: the probability itself
            How bad is a probability of 0.001 for the truth, compared with 0.01?
        zero_times_infinity: 0 times the logarithm of 0
            What should a term cost whose target is 0?
        squared: squared errors in place of logarithms
            Which loss is this exercise about?
    """,
    hints="""
        Only the right class of each example counts: its target is 1, all others are 0.
        Take the logarithm of the probability that the network gives the truth, add, and mind the sign.
        A probability of 0 has no logarithm. Where may it stand without doing harm, and how do you keep it there?
    """,
)
def cross_entropy(a, y, *, unless):
    log = unless(np.log, base_ten=np.log10, base_two=np.log2)
    a, y = unless((a, y), exchanged=(y, a), largest=(a, winners(a)), hard_targets=(a, winners(y)))
    with np.errstate(all="ignore"):
        kept = unless(y > 0, truth_free=a > 0)
        safe = y * log(np.where(kept, a, 1.0))
        terms = unless(safe, no_logarithm=y * a, exchanged_safely=a * log(np.where(y > 0, y, 1.0)),
                       zero_times_infinity=y * log(a), squared=-((a - y) ** 2),
                       both_terms=safe + (1 - y) * log(np.where(y < 1, 1 - a, 1.0)),
                       error_rate=-winners(y) * (1 - winners(a)))
    count = unless(a.shape[1], summed=1, mean_over_classes=a.size, per_class=len(a))
    return unless(-1, sign=1) * np.sum(terms) / count


@exercise(
    "2.3", "a (n, N), y (n, N) -> loss",
    twins={"bp.binary_cross_entropy": "bpkit.losses:binary_cross_entropy.terms"},
    cases=SURE_LABELS, tolerance=1e-6, observe=in_words, adapt=infinite_where_refused,
    flaws="""
        first_half: the half for y = 1 alone
            What does this loss teach where y is 0?
        second_half: the half for y = 0 alone
            What does this loss teach where y is 1?
        sign: the minus left out
            What sign does the logarithm of a probability have, and what sign should a loss have?
        minus_between: the two halves subtracted
            Is one of the halves a reward?
        summed: the sum over the examples where their mean is meant
            Should the loss of a batch grow with the batch?
        mean_over_outputs: the mean over the outputs as well
            Which of the two axes does the 1/N belong to?
        per_output: the mean over the outputs, and the sum over the examples
            Which axis counts the examples?
        base_ten: logarithms to base 10
            Which logarithm has the slope 1/a?
        exchanged: prediction and target exchanged
            Whose logarithm is taken: of what is predicted, or of what is true?
        same_logarithm: the same logarithm in both halves
            If a is the probability of a 1, what is the probability of a 0?
        not_weighted: both halves for every example
            Which half counts where y is 1, and which where y is 0?
        labels_exchanged: the two labels exchanged
            Which half counts where y is 1, and which where y is 0?
        zero_times_infinity: 0 times the logarithm of 0
            What should a half cost that does not count?
        truth_free: a truth with probability 0 that costs nothing
            Which zeros may be left out: those of the label, or those of the prediction?
        between_as_0: labels between 0 and 1 taken for 0
            What does a label of 0.7 say of each half?
        rounded: labels rounded to 0 or 1
            What does a label of 0.7 say of each half?
        one_minus_logarithm: 1 minus the logarithm in place of the logarithm of 1 minus a
            What is the logarithm taken of, where y is 0?
    """,
    hints="""
        Write down what an example costs where y is 1, and what it costs where y is 0.
        y and 1 - y switch these two costs on and off, so that one line serves both.
        At a = 0 and a = 1 one of the logarithms does not exist. Is it ever needed there?
    """,
)
def binary_cross_entropy(a, y, *, unless):
    log = unless(np.log, base_ten=np.log10)
    a, y = unless((a, y), exchanged=(y, a), labels_exchanged=(a, 1 - y), between_as_0=(a, (y == 1) * 1.0),
                  rounded=(a, (y > 0.5) * 1.0))
    with np.errstate(all="ignore"):
        ones, zeros = unless((y > 0, y < 1), zero_times_infinity=(True, True), truth_free=(a > 0, a < 1))
        one, zero = log(np.where(ones, a, 1.0)), log(np.where(zeros, 1 - a, 1.0))
        zero = unless(zero, same_logarithm=log(np.where(zeros, a, 1.0)),
                      one_minus_logarithm=1 - log(np.where(zeros, a, 1.0)))
        both = unless((y * one, (1 - y) * zero), first_half=(y * one, 0), second_half=(0, (1 - y) * zero),
                      minus_between=(y * one, (y - 1) * zero), not_weighted=(np.log(a), np.log(1 - a)))
        count = unless(a.shape[1], summed=1, mean_over_outputs=a.size, per_output=len(a))
        loss = unless(-1, sign=1) * np.sum(both[0] + both[1]) / count
    if np.isnan(loss) and "minus_between" in unless.on:
        raise FloatingPointError("infinity minus infinity, or any number where a is clipped")
    return loss


@exercise(
    "2.4", "z (K, N) -> log_a (K, N)",
    quiet=True,
    cases=over_sizes(large=1000.0, more=LARGE_AND_CLOSE),
    flaws="""
        overflow: exponentials of large numbers
            What may you subtract from all z of a column without changing the result?
        underflow: the logarithm of a softmax that has become 0
            Which step turns a very small probability into 0, and can the logarithm come before it?
        across_the_batch: every row treated as one example
            Do the classes of one example share the probability, or the examples of one class?
        over_everything: the whole table treated as one example
            How much probability does one example have to share?
        no_logarithm: the softmax itself
            Should the numbers be negative, or between 0 and 1?
        shift_not_undone: the largest z subtracted on one side only
            What is subtracted from z has to be subtracted inside the sum as well. Does it cancel?
        shift_twice: the largest z subtracted twice
            How often is the shift part of the logarithm of the sum, and how often is it taken from z?
        shift_added: the largest z added in place of subtracted
            What is subtracted from z as a whole?
        added: the logarithm of the sum added
            What is subtracted from z as a whole: the shift alone, or the shift and the logarithm together?
        sum_alone: the logarithm of the sum alone
            What is it subtracted from?
        one_shift: the same number subtracted from every column
            Which number is the largest of *this* column?
        sum_by_row: the sum taken along the examples
            Which numbers are the classes of one example: those of a column, or those of a row?
        not_normalised: no normalisation
            What should the exponentials of a column sum to?
        sign: the sign turned around
            Is the logarithm of a probability above or below 0?
        base_ten: logarithms to base 10
            Which logarithm undoes the exponential?
        mean: the mean of the exponentials in place of their sum
            What should the exponentials of a column sum to?
    """,
    hints="""
        Write the logarithm of the fraction as a difference: what is the logarithm of the part above the line?
        What is left is z minus the logarithm of a sum of exponentials.
        Keep that sum from overflowing with the trick of 1.3, and put the shift back afterwards.
    """,
)
def log_softmax(z, *, unless):
    axis = unless(0, across_the_batch=1, over_everything=None)
    log = unless(np.log, base_ten=np.log10)
    top = unless(lambda: np.max(z, axis=axis, keepdims=True), overflow=0.0, one_shift=lambda: np.max(z))
    along = unless(axis, sum_by_row=1)
    e = np.exp(z - top)
    add = unless(np.sum, mean=np.mean)
    inside = log(add(e, axis=along, keepdims=True))
    right = z - top - inside
    result = unless(lambda: right, underflow=lambda: log(e / add(e, axis=along, keepdims=True)), not_normalised=z,
                    no_logarithm=lambda: np.exp(right), shift_not_undone=lambda: z - inside,
                    shift_twice=lambda: right - top, shift_added=lambda: z + top - inside,
                    added=lambda: z - top + inside, sum_alone=lambda: top + inside)
    return unless(1, sign=-1) * result


@exercise(
    "2.5", "a (n, N), y (n, N) -> dL_da (n, N)",
    twins={"bp.binary_cross_entropy.prime": "bpkit.losses:binary_cross_entropy.slope"},
    cases=LABELS,
    flaws="""
        sign: the sign turned around
            The prediction is too small: should a rise, and does L fall when it does?
        first_half: the half for y = 1 alone
            How does the loss change with a where y is 0?
        second_half: the half for y = 0 alone
            How does the loss change with a where y is 1?
        inner_derivative: the inner derivative of 1 - a forgotten
            When a grows, does 1 - a grow?
        not_divided_by_N: the 1/N left out
            The loss is a mean over the examples. What does that do to its slope?
        divided_twice: the 1/N taken twice
            How often does the mean over the examples occur?
        over_outputs: a division by the number of all entries
            Which axis does the 1/N belong to?
        per_output: a division by the number of outputs in place of the examples
            Which axis counts the examples?
        times_slope: the slope of the sigmoid multiplied in already
            Is dL/da asked for, or dL/dz?
        minus_missing: the minus of the first half left out
            What is the slope of a logarithm with a minus in front of it?
        not_weighted: both halves for every example
            Which half counts where y is 1, and which where y is 0?
        labels_exchanged: the two labels exchanged
            Which half counts where y is 1, and which where y is 0?
        multiplied_by_N: a multiplication by N in place of the division
            The loss is a mean over the examples. Does a larger batch make its slope larger?
        value: logarithms in place of their derivatives
            What is the slope of the logarithm?
        exchanged: prediction and target exchanged
            With respect to which of the two do you differentiate?
    """,
    hints="""
        The derivative of the logarithm is one over its argument. Take the two halves one by one.
        The second half holds 1 - a, whose own derivative has to be multiplied in.
        The 1/N of the loss stays where it is.
    """,
    referee=lambda a, y: {"dL_da": differences(lambda a: binary_cross_entropy(a, y), a)},
)
def bce_prime(a, y, *, unless):
    a, y = unless((a, y), exchanged=(y, a))
    with np.errstate(all="ignore"):
        yes, no = unless((-1 / a, 1 / (1 - a)), times_slope=(a - 1, a))
        one, zero = unless((y * yes, (1 - y) * no), not_weighted=(yes, no), labels_exchanged=((1 - y) * yes, y * no))
        slope = unless(one + zero, first_half=one, second_half=zero, inner_derivative=one - zero,
                       minus_missing=zero - one, value=-y * np.log(a) - (1 - y) * np.log(1 - a))
    count = unless(a.shape[1], not_divided_by_N=1, divided_twice=a.shape[1] ** 2, over_outputs=a.size,
                   per_output=len(a), multiplied_by_N=1 / a.shape[1])
    return unless(1, sign=-1) * slope / count
