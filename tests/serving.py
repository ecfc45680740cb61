"""Run ``bpkit lab`` as a person does, in Jupyter folders of its own, and end it with Ctrl-C."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import psutil

SECONDS = 90


class Lab:
    """One running ``bpkit lab``: what it said, and the address that it named."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self.heard: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        while not any("http://" in line for line in self.lines):
            self.lines.append(self.heard.get(timeout=SECONDS))
            assert self.lines[-1] or process.poll() is None, "".join(self.lines)
        self.url = urlsplit(next(word for line in self.lines for word in line.split() if word.startswith("http://")))
        self.token = parse_qs(self.url.query)["token"][0]

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.heard.put(line)
        self.heard.put("")

    def get(self, path: str, token: str | None = None) -> tuple[int, Any]:
        """Ask the server for ``path``; return the code and, for 200, the JSON of its answer."""
        query = f"?token={token}" if token else ""
        try:
            with urlopen(f"http://{self.url.netloc}{path}{query}", timeout=SECONDS) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, None

    def start_kernel(self) -> None:
        """Start a kernel as an opened notebook does, and wait until it runs."""
        request = Request(f"http://{self.url.netloc}/api/kernels", b"{}", {"Authorization": f"token {self.token}"})
        with urlopen(request, timeout=SECONDS) as answer:
            assert answer.status == 201
        while not any("ipykernel" in word for word in self.words()):
            time.sleep(0.1)

    def family(self) -> list[psutil.Process]:
        """Return every process that the command started: the server and its kernels."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def words(self) -> list[str]:
        """Return the words of the family's command lines, which any user of the machine can read."""
        return [word for child in self.family() for word in _ask(child.cmdline)]

    def addresses(self) -> set[str]:
        """Return the addresses at which the family listens."""
        return {each.laddr.ip for child in self.family() for each in _ask(partial(child.net_connections, "tcp"))
                if each.status == "LISTEN"}

    def end(self, how: int = signal.SIGINT) -> int:
        """Send a signal to the command and its group, as a terminal does on Ctrl-C, and return the exit code."""
        os.killpg(self.process.pid, how)
        return self.process.wait(SECONDS)

    def rest(self) -> str:
        """Return what it said after its address, to the end."""
        return "".join(iter(lambda: self.heard.get(timeout=SECONDS), ""))

    def listens(self) -> bool:
        """Whether anything answers at the server's port."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.url.port)) == 0


def _ask(question: Callable[[], list[Any]]) -> list[Any]:
    """Ask a process that may have ended meanwhile; one that has says nothing."""
    try:
        return question()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


@contextmanager
def lab(command: list[str], folder: Path, **env: str) -> Iterator[Lab]:
    """Run ``command`` in ``folder``, yield it when its address is known, and end what is left of it."""
    process = start(command, folder, **env)
    try:
        yield Lab(process)
    finally:
        stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """End ``process`` and its server if they still run."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(SECONDS)
    assert process.stdout is not None
    process.stdout.close()


def start(command: list[str], folder: Path, **env: str) -> subprocess.Popen[str]:
    """Start ``command`` in ``folder``, with this person's Jupyter settings out of sight."""
    own = {f"JUPYTER_{kind}_DIR": str(folder / f".jupyter-{kind}") for kind in ("CONFIG", "DATA", "RUNTIME")}
    around = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "PYTEST", "COV"))}
    return subprocess.Popen(command, cwd=folder, env=around | own | {"IPYTHONDIR": str(folder / ".ipython")} | env,
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)


def cli(package: Path) -> list[str]:
    """Return the command ``bpkit`` as if its package, with the course that it carries, were at ``package``."""
    code = ("import sys, pathlib; from bpkit import cli, places; places.PACKAGE = pathlib.Path(sys.argv.pop(1)); "
            "sys.exit(cli.main(sys.argv[1:]))")
    return [sys.executable, "-c", code, str(package)]
