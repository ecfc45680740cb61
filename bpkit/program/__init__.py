from .epochs import Diverged, Epoch, fits, run
from .steps import Program

__all__ = ["Diverged", "Epoch", "Program", "fits", "run"]
