"""``bpkit lab``: a copy of the course that is the learner's own, and JupyterLab open at its first chapter."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from . import places
from .notation import write_whole
from .shapes import BadInput

HOST = "127.0.0.1"
PORT = 8888
START_SECONDS = 60
STOP_SECONDS = 10
ENDINGS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
SETTINGS = Path(__file__).with_name("jupyter")


def add_parser(subparsers: Any) -> None:
    """Add ``bpkit lab`` to the command line."""
    parser = subparsers.add_parser("lab", help="open the course in JupyterLab", description=(
        "Copy the chapters that you do not have yet to a folder of your own, and open JupyterLab at the first one."))
    parser.add_argument("folder", nargs="?", metavar="DIR",
                        help="where your copy of the course lives (my-course); what is there already stays as it is")
    parser.add_argument("--port", type=int, default=PORT,
                        help=f"the port to ask for ({PORT}); a busy one is passed over")
    parser.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    parser.set_defaults(run=lab)


def lab(options: argparse.Namespace) -> int:
    """Copy what is missing, start JupyterLab, say where it is, and end it with Ctrl-C. Returns the exit code."""
    folder = Path(options.folder).resolve() if options.folder else own_folder()
    added = copy(places.course(), folder)
    port = free_port(options.port)
    print(f"your course: {folder}" + (f" ({len(added)} files added)" if added else ""))
    if port != options.port:
        print(f"port {options.port} is busy, so {port} is used")
    token = secrets.token_hex(24)
    first = places.chapters(folder)[0].name
    for end in ENDINGS:
        signal.signal(end, signal.default_int_handler)  # so that each of them ends like Ctrl-C, the server included
    server = subprocess.Popen(_command(folder, first, port, not options.no_browser), env=_environment(token),
                              stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_until_it_answers(server, port)
        print(f"JupyterLab:  http://{HOST}:{port}/lab/tree/{first}?token={token}\nend it with Ctrl-C", flush=True)
        return server.wait()
    except KeyboardInterrupt:
        print(f"\nJupyterLab ends; what you saved is in {folder}", flush=True)
        return 0
    finally:
        _stop(server)


def own_folder() -> Path:
    """Return the learner's folder where none is named: this one if it is a copy already, else ``my-course`` in it."""
    here = Path.cwd()
    return here if places.chapters(here) and here != places.course() else here / "my-course"


def copy(source: Path, folder: Path) -> list[str]:
    """Copy the chapters and their index to ``folder``, each whole, and return the names of the files added.

    A file that is there, in whatever state, is left alone. Raises BadInput for a folder that cannot be the
    learner's own.
    """
    root = places.checkout()
    if folder == source or (root and folder in (root, root / "solutions")) or (folder.exists() and not folder.is_dir()):
        raise BadInput("the course cannot be copied there.", wanted="a folder of your own", got=str(folder),
                       hint="bpkit lab my-course")
    files = [path for path in [*places.chapters(source), source / "README.md"] if path.is_file()]
    missing = [path for path in files if not os.path.lexists(folder / path.name)]
    try:
        for path in missing:
            write_whole(folder / path.name, path.read_bytes())
    except OSError as error:
        raise BadInput("the course cannot be copied there.", wanted="a folder that you may write to",
                       got=f"{folder}: {error.strerror}", hint="bpkit lab DIR, with a folder in your home") from None
    return [path.name for path in missing]


def free_port(wanted: int, tries: int = 100) -> int:
    """Return ``wanted`` or the next free port of this machine's loopback address. Raises BadInput if none is."""
    if not 1 <= wanted <= 65535:
        raise BadInput("there is no such port.", wanted="1 to 65535", got=str(wanted), hint=f"--port {PORT}")
    for port in range(wanted, min(wanted + tries, 65536)):
        with socket.socket() as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise BadInput("no port is free.", wanted=f"a free port from {wanted} on", got=f"{tries} busy or forbidden ones",
                   hint=f"--port {PORT + 1000}")


def _command(folder: Path, first: str, port: int, browser: bool) -> list[str]:
    """Return the command that starts JupyterLab; options here win over a person's own settings files."""
    return [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", f"--ServerApp.ip={HOST}",
            f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.base_url=/",
            f"--ServerApp.open_browser={browser}", f"--LabApp.default_url=/lab/tree/{first}",
            "--ServerApp.allow_root=True", "--ServerApp.answer_yes=True", "--Application.log_level=ERROR",
            "--KernelManager.transport_encryption=auto"]


def _environment(token: str) -> dict[str, str]:
    """Return the server's environment.

    The token is out of sight of other users, this Python's kernel comes first, and bpkit/jupyter is one more
    folder of settings: it switches off JupyterLab's question about news and its search for updates.
    """
    env = os.environ | {"JUPYTER_TOKEN": token, "JUPYTER_PREFER_ENV_PATH": "1",
                        "JUPYTER_CONFIG_PATH": _paths(SETTINGS, os.environ.get("JUPYTER_CONFIG_PATH"))}
    if root := places.checkout():
        env["PYTHONPATH"] = _paths(root, os.environ.get("PYTHONPATH"))
    return env


def _paths(first: Path, others: str | None) -> str:
    return os.pathsep.join(filter(None, [str(first), others]))


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int) -> None:
    """Wait for the server, and hold it to asking for the token. Raises BadInput where it ends or lets anyone in."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        status = _knock(port)
        if status == 403:
            return
        if status is not None:
            raise BadInput("JupyterLab lets anyone in, so it was stopped.", wanted="a server that asks for its token",
                           got=f"an answer {status} without one",
                           hint="take the token setting out of your jupyter_server_config.py or jupyter_lab_config.py")
        time.sleep(0.1)
    raise BadInput("JupyterLab did not start.", wanted=f"an answer on port {port} within {START_SECONDS} s",
                   got="none" if server.poll() is None else f"it ended with code {server.poll()}", hint="bpkit doctor")


def _knock(port: int) -> int | None:
    """Ask the server for its status without a token; return the code of its answer, None while there is none."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/api/status")
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server, which then ends its kernels (on SIGINT it would leave them); a second Ctrl-C does not wait."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            server.kill()
            server.wait()
