"""pytest with nbval as a learner or a teacher starts it: another process, away from this project's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# plugins that have nothing to do with notebooks and take seconds to load
ASIDE = [word for name in ("hypothesispytest", "anyio", "xdist", "xdist.looponfail", "cacheprovider") for word in ("-p", f"no:{name}")]


def pytest_on(folder: Path, *options: str, seconds: int = 60, timeout: int = 120) -> subprocess.CompletedProcess[str]:
    """``pytest --nbval`` in ``folder``, with ``seconds`` a cell."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(folder), "--confcutdir", str(folder), *ASIDE,
         "--nbval", "--nbval-current-env", f"--nbval-cell-timeout={seconds}", *options],
        cwd=folder, env=plain, capture_output=True, text=True, check=False, timeout=timeout)
