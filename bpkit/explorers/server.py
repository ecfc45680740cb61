"""A Jupyter server extension that sends what a kernel says at once, instead of waiting to fill a packet.

Without it a message to the page and back takes about 50 ms, with it 20 to 30: Nagle's algorithm (RFC 896) holds small
packets until the last one is acknowledged. Explorers that Python drives move more smoothly; nothing else changes.
"""

from __future__ import annotations

from functools import wraps
from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "bpkit.explorers.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

    opened = KernelWebsocketHandler.open

    @wraps(opened)
    async def open_without_delay(self: Any, *args: Any, **kwargs: Any) -> None:
        self.set_nodelay(True)
        await opened(self, *args, **kwargs)

    setattr(KernelWebsocketHandler, "open", open_without_delay)  # noqa: B010
