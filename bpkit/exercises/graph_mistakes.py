"""Chapter 9's mistakes on the way through a graph, in words: those of 9.2, an order, and of 9.3, a backward pass.

Where two mistakes have the same words, they differ in the parent that is taken up first.
"""

from __future__ import annotations

ON_THE_WAY_DOWN = """the nodes listed on the way down, each ahead of its parents
            The stack gives back what was put there last. Which must come out first: a node's mark, or its parents?"""
BEFORE_PARENTS = """a node listed before its parents are done
            When may a node be put on the list: on the way down, or on the way back up?"""
BREADTH_FIRST = """the nodes level by level
            Two ways of different length lead to one node. At which level does it stand?"""
LEVELS_DOWN = """the nodes level by level, the root first
            From which end of the stack is the next entry taken, and which node has to come first?"""
SEEN_TOO_EARLY = """a node taken for seen when it is put on the stack
            It waits there while others that need it are done. Which moment counts: put there, or taken from there?"""

ORDER = f"""
        root_first: the list the wrong way round
            Which node can be computed first: the root, or one that has no parents?
        empty: no node in it
            No node ever reached the list: which branch appends, and which entries come there?
        twice: nodes listed once for each use
            How does the function know that it has been at a node before?
        every_path: every path walked, where every node once would do
            How often is a node's way to the inputs walked, if many nodes use it?
        on_the_way_down: {ON_THE_WAY_DOWN}
        on_the_way_down_last: {ON_THE_WAY_DOWN}
        before_parents: {BEFORE_PARENTS}
        before_parents_last: {BEFORE_PARENTS}
        breadth_first: {BREADTH_FIRST}
        breadth_first_last: {BREADTH_FIRST}
        levels_down: {LEVELS_DOWN}
        levels_down_last: {LEVELS_DOWN}
        mark_ignored: a node listed whenever it is met again
            What does it say of a node's parents that it was met before? Which mark says that they are in?
        seen_too_early: {SEEN_TOO_EARLY}
        seen_too_early_last: {SEEN_TOO_EARLY}
        parents_marked: the root and its parents alone
            Which mark do the parents get? What does it say of their own parents?
        recursion: a function that calls itself, for every step of a long chain
            How deep may Python's calls be nested? What can hold the nodes that are still to do instead?
        root_missing: the root left out
            Is the root a node of its own graph?
        leaves_missing: the nodes without parents left out
            Which nodes are the inputs, and does a gradient reach them?"""

TOO_EARLY = """a node handed on before all its gradients have come
            When does a node know its whole gradient?"""
AGAIN = """a node handed on once for each use, each time with all that it has
            How often may a node hand its gradient on?"""

PASS = f"""
        overwritten: the last path alone
            A node is used twice: what becomes of the gradient that came first?
        first_share: the first path alone
            A node is used twice: what becomes of the gradient that comes second?
        mean_of_paths: the mean of the paths in place of their sum
            If a value acts in two ways, does it act more, or the same?
        multiplied: the shares of a node multiplied with each other
            Along one path the factors are multiplied. What happens where two paths meet?
        shared_array: gradients added into an array that several nodes share
            A vjp may hand on the very array it got. Who else sees it when you add to it in place?
        one_array: one array of zeros for all nodes
            How many arrays of zeros did your function make, and who writes into which?
        wrong_order: {TOO_EARLY}
        wrong_order_last: {TOO_EARLY}
        early: {TOO_EARLY}
        early_last: {TOO_EARLY}
        again: {AGAIN}
        again_last: {AGAIN}
        every_path: every path walked, where every node once would do
            What is there to hand on when a node has all its shares? How often is that?
        forwards: a walk from the leaves to the root
            Where does the first gradient stand, and to whom is it handed on? Does the walk go on after its first node?
        nothing_arrives: zeros everywhere but at the root
            Is the root a part of the walk, and is what its vjps say added to what its parents have?
        stale: gradients of an earlier pass left in
            What does grad hold before the first gradient arrives?
        leaves_cleared: gradients of an earlier pass left in the nodes between
            Which nodes have gradients of an earlier pass: the inputs alone?
        inner_cleared: gradients of an earlier pass left in the inputs
            Which nodes have gradients of an earlier pass: those between root and inputs alone?
        starts_at_one: ones in every node before anything has come
            Which node starts with ones, and with what do the others start?
        seed: the root's own data in place of ones
            How much does L change when L grows by one?
        seed_zero: nothing to start from
            How much does L change when L grows by one? Is that still there when the walk begins, and at its end?
        seed_number: a single 1 for a root of several numbers
            Which shape has the root's data, and so which shape has its gradient?
        upstream_ignored: the local factors alone
            What does a vjp want to know from the node behind?
        vjp_as_factor: the vjp of ones times the gradient, in place of the vjp of the gradient
            A matrix product has no factor for each entry. What does a vjp take, and what does it give?
        vjp_ignored: gradients handed on without their vjps
            What does a vjp make of the gradient of its node, and where is it called?
        times_data: one more factor, the parent's data
            Is the local factor in what a vjp gives already?
        vjps_exchanged: the vjps of one parent given to the other
            In which order do a node's parents stand, and in which its vjps?
        first_parent: the first parent alone
            How many parents may a node have, and does each get its share?
        recursion: a function that calls itself, for every step of a long chain
            How deep may Python's calls be nested?
"""
