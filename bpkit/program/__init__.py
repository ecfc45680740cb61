"""The equations of chapters 1 to 7 as a program: a list of NumPy calls on arrays that are made once a batch size.

Which idea buys what: the factor by which each makes a step faster than the one before, with Adam, float64, one thread,
on 2-8-1 (N = 4) / 64-32-10 (N = 32) / twenty layers of 32 (N = 64); ``python -m bpkit.bench ideas`` measures it anew:

- arrays made once, every result written into its place (``memory``): 1.1 / 1.2 / 1.2
- the bias folded into the product, [W b] @ [a; 1], whose row of ones also sums the gradient of b (``passes``):
  1.4 / 1.2 / 1.2
- all parameters in one flat vector, all gradients in another, updated in blocks (``update``): 2.0 / 1.3 / 1.3
- functions and arguments bound in a list, activation functions and losses in place (``steps``, ``hidden``, ``output``):
  1.8 / 1.3 / 1.3

On large layers the products are nearly all of the time: 784-512-512-10 (N = 512) gains a tenth from all four together.
"""

from .epochs import Diverged, Epoch, fits, run
from .steps import Program

__all__ = ["Diverged", "Epoch", "Program", "fits", "run"]
