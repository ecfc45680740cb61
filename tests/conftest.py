"""Items of notebooks start a kernel each: the inner loop, ``pytest -m "not slow"``, leaves them out.

No law of hypothesis looks at the clock: a busy machine is not a broken law.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every item that comes from a notebook as slow, before ``-m`` chooses."""
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.slow)
