"""Chapter 8's mistakes in words: those of 8.1, mini-batches; 8.2, a start; 8.3, a training loop; 8.4, a diagnosis."""

from __future__ import annotations

ONCE = "Does every example come exactly once in an epoch?"
DIFFER = "In what could two units of a layer ever differ?"
SIZE = "What is left of the size of a signal that passes ten such layers?"
AT = "Which weights and biases does this mini-batch meet: those of the start, or those that the step before has left?"
WHICH = "Which examples may the network see before it is tested?"
OF_BATCHES = "What is one number made of all the losses of an epoch, and how many of them were there?"

BATCHES = f"""
        last_lost: the smaller batch at the end lost
            What becomes of the examples that do not fill a whole batch?
        shuffled_apart: x and y drawn in different orders
            Does the target of an example stay with it?
        not_shuffled: the examples in their old order
            Is an order drawn from rng, and is it this order that picks the columns?
        rotated: the examples in their old order, begun elsewhere
            Which example follows the first one, and can another one ever follow it?
        with_replacement: examples drawn with repetition
            {ONCE}
        order_anew: a new order drawn for every batch
            Is one order cut into all the batches of an epoch, or does each batch draw its own?
        padded: the last batch filled up from the start
            {ONCE}
        first_again: the first batch again and again
            Does the place where a batch begins move on?
        first_alone: the first batch alone
            How often does the loop go round before the function returns?
        size_ignored: one batch of everything
            How many examples belong into one batch?
        rows_picked: rows picked in place of columns
            Which axis counts the examples?
        overlapping: batches that overlap by one
            Where does the next batch begin?
        too_short: batches with one example too few
            Does a slice contain its end? Where does a piece end, and where does the next begin?
        to_the_end: batches that reach to the end of the data
            Where does a piece end?
        end_is_size: batches that all end at the place number size
            Where does the second piece begin, and where does it end?
        in_equal_parts: the examples spread evenly over the batches
            May a batch that is not the last one be smaller than size?
    """

START = f"""
        zeros: all weights zero
            What does a hidden unit say, and what comes back to it, if all weights are 0?
        constant: all weights equal
            {DIFFER}
        too_large: weights of size one
            How large is a sum of 400 such terms? What does tanh make of it?
        too_small: weights of size one hundredth
            {SIZE}
        one_eighth: the size one eighth in every layer
            One eighth belongs to 64 inputs. How many does a unit of this layer have?
        first_inputs: the network's inputs counted in every layer
            How many inputs does a unit of the second layer have?
        one_less: one input less counted than there are
            How many terms does the weighted sum of a unit with two inputs have, and how many do you count?
        one_more: one input more counted than there are
            The bias starts at 0. How many random terms does the weighted sum of a unit with two inputs have?
        by_outputs: a size that follows the outputs instead of the inputs
            How many terms does the weighted sum of one unit have?
        between: a size between those that inputs and outputs ask for
            The signal on its way forward asks for one number of terms. Which one?
        no_root: a division by the number of inputs in place of its root
            How does the size of a sum of random terms grow with their number?
        root_on_top: a product with the root of the inputs
            Must a weight be larger or smaller if more terms are added?
        for_relu: the size that belongs to relu
            Which activation function do the hidden layers have?
        same_numbers: the same random numbers in every layer
            Does each layer go on drawing from rng, or does it begin with a new generator?
        evenly: numbers drawn evenly from -1 to 1, and then scaled
            Which standard deviation do such numbers have before they are scaled?
        evenly_positive: numbers drawn evenly from 0 to 1, and then scaled
            Should a unit be able to say no?
        positive: positive weights only
            Should a unit be able to say no?
        units_alike: the same weights for every unit of a layer
            {DIFFER}
        transposed: rows and columns exchanged
            Does a row of W belong to a unit that receives, or to one that sends?
        random_bias: random biases
            Is there a reason to prefer one unit before any data is seen?
        bias_one: biases of one
            Is there a reason to lift every unit before any data is seen?
    """

LOOP = f"""
        test_data_too: the test examples trained on as well
            {WHICH}
        test_data_only: the test examples trained on instead
            {WHICH}
        one_epoch: a single epoch
            How often does the network see all examples, and where does the function return?
        one_epoch_less: one epoch too few
            How often does the outer loop go round?
        size_ignored: one mini-batch of everything
            Is the size that comes in the size that minibatches gets?
        first_heap: the first mini-batch of each epoch alone
            How many mini-batches does an epoch have?
        same_order: the same order in every epoch
            Where are the mini-batches drawn, inside the loop over the epochs or before it, and from which rng?
        passes_at_start: every forward pass at the weights and biases of the start
            {AT}
        steps_from_start: every step taken from the start
            {AT}
        new_weights: deltas sent back through weights that have already taken their step
            Are all gradients known before the first parameter moves?
        not_divided_by_N: gradients without the 1/N
            Is the loss of a batch a sum, or a mean?
        divided_by_all: gradients divided by the number of all examples
            Over which examples is the loss of a mini-batch a mean?
        divided_twice: gradients divided twice by the number of examples in the batch
            Which factor does the gradient of a mean over a batch hold already?
        gradients_not_reset: gradients that pile up from step to step
            Does a step need the gradient of this batch, or of all batches so far?
        stale_gradients: the gradients of the first step used for ever
            At which weights are the gradients of the second epoch taken?
        eta_ignored: the step size 0.5, whatever eta is
            Is the eta that comes in the eta that you use?
        eta_twice: eta multiplied in twice
            Who multiplies by eta: your line, gd_step, or both?
        divided_by_size: steps divided by the size of a batch
            Which factor does the gradient of a mean over a batch hold already?
        ascent: steps uphill
            Which way does the gradient point?
        weights_uphill: weights that step uphill and biases that step downhill
            Which way does the gradient point?
        one_layer: the last layer alone trained
            Which layers take a step?
        weights_stay: weights that never move
            Which parameters does a network have?
        biases_stay: biases that never move
            Which parameters does a network have?
        one_step_an_epoch: one step in each epoch
            Does the step stand inside the loop over the mini-batches, or behind it?
        loss_of_z: the loss of z in the place of a
            What does the loss want: weighted sums, or the probabilities that softmax makes of them?
        half_mse: half the mean squared error in the place of the cross-entropy
            Which loss belongs to the delta that your backward pass starts from?
        loss_exchanged: prediction and target exchanged in the loss
            Of which of the two is the logarithm taken?
        loss_after_step: losses taken after the step
            Which weights does the loss of a mini-batch belong to: those before its step, or those after it?
        one_loss: the last loss alone
            How many epochs did you run, and how many losses did you keep?
        each_batch: one loss for each mini-batch
            One number for each epoch is wanted: what becomes of the losses of its mini-batches?
        sum_of_batches: losses added up where a mean is asked for
            {OF_BATCHES}
        last_batch: the loss of the last mini-batch for that of the epoch
            {OF_BATCHES}
        first_batch: the loss of the first mini-batch for that of the epoch
            {OF_BATCHES}
        never_cleared: losses that pile up from epoch to epoch
            Where does the list of an epoch's losses begin anew?
        after_epoch: the loss on all examples after the epoch
            Which losses is the mean of an epoch taken over, and when is each of them computed?
        old_network: the network of the start returned
            Which network comes out of the last step, and which one do you return?
    """

SICK = """
        always_healthy: a clean bill of health for everyone
            Which runs do you look at twice?
        overflow_missed: a loss that is no longer finite not noticed
            What is asked first: is every loss finite? And which mistake makes a loss explode?
        nan_missed: inf noticed and nan not
            Which two things can a loss be that is no finite number?
        inf_missed: nan noticed and inf not
            Which two things can a loss be that is no finite number?
        death_first: dead units asked for before a loss that is no number
            The numbers have run away, and the last gradient is 0: which rule comes first?
        epoch_12: the loss of the twelfth epoch in place of the last one
            A run of twenty epochs: where does its last loss stand?
        gradient_of_epoch_12: the gradient of the twelfth epoch in place of the last one
            A run of twenty epochs: where does its last gradient stand?
        gradients_not_read: a dead layer not seen
            Which epoch's gradient tells whether the layer is dead in the end, and of which layer?
        any_gradient: a single gradient of 0 taken for death
            Can a layer that was silent once speak again? Which epoch do you ask?
        small_gradient: a small gradient taken for none
            The gradient of a dead layer is exactly 0. Is yours?
        dead_only_if_flat: death looked for in flat runs alone
            May the loss of a dead network have fallen before it died?
        flat_exchanged: dead relu and shuffled labels exchanged
            In which of the two do gradients still flow?
        flat_is_dead: every flat loss taken for dead units
            The loss does not move: is there a gradient at all?
        flat_is_healthy: a flat loss taken for healthy
            Does the network learn anything?
        far_above_missed: a loss far above that of guessing not noticed
            May a run that is worse than guessing be flat, or healthy?
        guessing_once: every loss above that of guessing taken for far above
            How far above the loss of guessing is far?
        log_of_20: the logarithm of 20 in place of twice that of 10
            Is twice a logarithm the logarithm of twice the number?
        too_far: a limit higher than twice the loss of guessing
            Which number is the loss of guessing, which one is twice as large, and which one is yours?
        no_margin: every last loss above the first one taken for risen
            By how much must the last loss lie above the first one?
        peak_far_above: the highest loss asked whether it is far above that of guessing
            Where does a run stand at its end? Which loss do you ask?
        peak: the highest loss compared in the place of the last
            Where does a run stand at its end? Which two losses are compared?
        any_rise: a single rise of the loss taken for trouble
            May a healthy loss rise a little from one epoch to the next?
        rise_is_eta: every rising loss taken for a large eta
            A loss that jumps up and down, and one that rises calmly: what could make it rise calmly?
        rise_is_bug: every rising loss taken for a bug
            A loss that rises calmly, and one that jumps up and down: which of them oversteps the valley?
        rise_exchanged: a bug and a large eta exchanged
            A loss that rises calmly, and one that jumps up and down: which of them oversteps the valley?
        first_rises: the first three rises alone looked at
            Did the loss rise in every epoch?
        last_rise: the last rise alone looked at
            Did the loss rise in every epoch?
        first_step_missed: the first step from a loss to the next one left out
            How many steps lead through five losses, and which of them do you ask?
        last_step_missed: the last step from a loss to the next one left out
            How many steps lead through five losses, and which of them do you ask?
        no_abs: a difference with its sign where its size is asked for
            How large is last minus first if the loss has fallen by half, and is that within the limit?
        absolute: a limit of 0.05 in place of 5 %
            Five per cent of what?
        of_last: 5 % of the last loss in place of the first one
            Five per cent of what?
        of_guessing: 5 % of the loss of guessing in place of the first one
            Five per cent of what?
        of_largest: 5 % of the largest loss in place of the first one
            Five per cent of what?
        of_mean: 5 % of the mean loss in place of the first one
            Five per cent of what?
        tight: a limit ten times too narrow
            How is 5 % written as a decimal number?
        wide: a limit ten times too wide
            How is 5 % written as a decimal number?
        first_two: the first two losses compared
            Which two losses are compared?
        last_two: the last two losses compared
            Which two losses are compared?
        whole_range: highest and lowest loss compared
            Which two losses are compared?
        near_guessing: every loss near that of guessing, and no other, taken for flat
            Which two losses are compared?
    """
