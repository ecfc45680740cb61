from .epochs import Diverged, Epoch, fits, run
from .steps import Program, tables
