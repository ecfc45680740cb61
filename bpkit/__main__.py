"""``python -m bpkit`` is ``bpkit``."""

import sys

from .cli import main

sys.exit(main())
