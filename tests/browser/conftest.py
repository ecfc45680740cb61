"""A real browser and a real JupyterLab, each on its own temporary ground. What is missing skips; in CI it fails.

Both are started once for all tests of this directory, and end with the last of them: playwright keeps an event loop
running in the main thread for as long as it lives, and no other test could call asyncio.run meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[2]
AXE = "4.14.1"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


def missing(what: str) -> None:
    """Skip with a word; where CI is set, fail."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}: CI must run the browser tests")
    pytest.skip(what)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by playwright."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing("Chromium is not installed (apt install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed (pip install bpkit[test])")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        browser.new_context()
        yield browser
        browser.close()
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()  # the tests that follow have the thread to themselves


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which finds barriers for readers with a disability; fetched once by npm."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bpkit-tests" / f"axe-core-{AXE}"
    file = home / "node_modules" / "axe-core" / "axe.min.js"
    if not file.exists():
        npm = shutil.which("npm")
        if npm is None:
            missing("npm is not installed: axe-core cannot be fetched")
        command = [npm, "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(home)]
        done = subprocess.run([*command, f"axe-core@{AXE}"], capture_output=True, text=True, timeout=120, check=False)
        if done.returncode or not file.exists():
            missing(f"npm could not fetch axe-core: {done.stderr[-200:]}")
    return file.read_text("utf-8")


class Tab:
    """A page that remembers what went wrong in it: console errors, exceptions, and requests to other machines."""

    def __init__(self, browser: Any, width: int = 1280, dark: bool = False) -> None:
        self.page = browser.contexts[0].new_page()  # one context for all, so that JupyterLab comes from its cache
        self.look(width, dark)
        self.wrong: list[str] = []
        self.page.on("console", lambda m: self.wrong.append(f"console: {m.text}") if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.wrong.append(f"exception: {e}"))
        self.page.on("request", self._request)

    def _request(self, request: Any) -> None:
        if not request.url.startswith(("data:", "blob:", "http://127.0.0.1:", "ws://127.0.0.1:", "about:", "file:")):
            self.wrong.append(f"request: {request.url}")

    def close(self) -> None:
        self.page.close()

    def look(self, width: int, dark: bool) -> None:
        """Another width of the window, another colour scheme of the system."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme="dark" if dark else "light")

    def barriers(self, axe: str, selector: str) -> list[str]:
        """What axe-core finds in the elements of ``selector``."""
        self.page.evaluate(axe)
        found = self.page.evaluate("selector => axe.run({include: [[selector]]})", selector)
        assert found["passes"], "axe-core checked nothing"
        return [f"{v['id']}: {v['help']}: {node['html'][:200]}" for v in found["violations"] for node in v["nodes"]]


@pytest.fixture(scope="package")
def desk(chromium: Any) -> Iterator[Any]:
    """One tab in which JupyterLab is loaded once, for all tests that open notebooks."""
    one = Tab(chromium)
    yield one
    one.close()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    """``tab(width, dark)`` opens a page; all are closed at the end."""
    tabs: list[Tab] = []

    def open_tab(width: int = 1280, dark: bool = False) -> Tab:
        tabs.append(Tab(chromium, width, dark))
        return tabs[-1]

    yield open_tab
    for one in tabs:
        one.close()


class Lab:
    """A JupyterLab on a free loopback port, with directories of its own."""

    def __init__(self, home: Path) -> None:
        self.home, self.token = home, secrets.token_hex(16)
        self.notebooks = home / "notebooks"
        self.notebooks.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        folders = {name: str(home / name.lower()) for name in (
            "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR",
            "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR")}
        news = home / "jupyterlab_settings_dir" / "@jupyterlab" / "apputils-extension"
        news.mkdir(parents=True)
        (news / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
        config = home / "jupyter_config_dir" / "jupyter_server_config.d"
        config.mkdir(parents=True)
        shutil.copy(ROOT / "bpkit" / "explorers" / "server.json", config / "bpkit.json")  # as the wheel installs it
        python_path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        options = ["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}",
                   "--ServerApp.port_retries=0", f"--ServerApp.root_dir={self.notebooks}",
                   f"--IdentityProvider.token={self.token}", "--LabApp.expose_app_in_browser=True"]
        self.log = (home / "server.log").open("wb")
        self.server = subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], stdout=self.log, stderr=self.log,
                                       env={**os.environ, **folders, "PYTHONPATH": python_path})

    def wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.server.poll() is None:
            try:
                urlopen(f"http://127.0.0.1:{self.port}/api?token={self.token}", timeout=5).close()
                return
            except (URLError, OSError):
                time.sleep(0.2)
        raise RuntimeError((self.home / "server.log").read_text())

    def open(self, tab: Tab, notebook: Path, dark: bool = False) -> Notebook:
        """Open a copy of ``notebook`` in the tab, with its kernel ready; JupyterLab is loaded once a tab."""
        copy = self.notebooks / f"{secrets.token_hex(4)}-{notebook.name}"
        shutil.copy(notebook, copy)
        if tab.page.url.startswith(f"http://127.0.0.1:{self.port}/lab"):
            tab.page.evaluate("path => jupyterapp.commands.execute('docmanager:open', {path}).then(() => null)", copy.name)
        else:
            tab.page.goto(f"http://127.0.0.1:{self.port}/lab/tree/{copy.name}?token={self.token}&reset")
        tab.page.wait_for_function("""path => {
            const widget = window.jupyterapp?.shell.currentWidget;
            return widget?.context?.path === path && widget.sessionContext?.session?.kernel;
        }""", arg=copy.name, timeout=60_000)
        book = Notebook(tab)
        book.paint(dark)
        return book

    @contextmanager
    def opened(self, tab: Tab, notebook: Path, width: int = 1280, dark: bool = False) -> Iterator[Notebook]:
        """A copy of ``notebook``, open in the tab for as long as the block lasts."""
        tab.look(width, dark)
        tab.wrong.clear()
        book = self.open(tab, notebook, dark)
        try:
            yield book
        finally:
            book.close()

    def close(self) -> None:
        self.server.terminate()
        try:
            self.server.wait(10)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.log.close()


class Notebook:
    """A notebook that is open in JupyterLab."""

    def __init__(self, tab: Tab) -> None:
        self.tab, self.page = tab, tab.page

    def paint(self, dark: bool) -> None:
        """Change JupyterLab's theme."""
        theme = "JupyterLab Dark" if dark else "JupyterLab Light"
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme}).then(() => null)", theme)
        self.page.wait_for_selector(f"body[data-jp-theme-name='{theme}']", state="attached")

    def run_all(self) -> None:
        self.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells').then(() => null)")

    def outputs(self) -> list[list[dict[str, Any]]]:
        """The outputs of every code cell, as the notebook holds them."""
        return self.page.evaluate("""() => [...jupyterapp.shell.currentWidget.content.model.cells]
            .filter(cell => cell.type === "code").map(cell => cell.outputs.toJSON())""")

    def errors(self) -> list[str]:
        """Every error, with the cell that raised it."""
        return self.page.evaluate("""() => [...jupyterapp.shell.currentWidget.content.model.cells]
            .filter(cell => cell.type === "code").flatMap(cell => cell.outputs.toJSON()
            .filter(o => o.output_type === "error")
            .map(o => `${o.ename}: ${o.evalue}, in: ${cell.sharedModel.source}`))""")

    def close(self) -> None:
        """Close the notebook unsaved, and shut its kernel down."""
        self.page.evaluate("""async () => {
            const widget = jupyterapp.shell.currentWidget;
            widget.context.model.dirty = false;
            await widget.sessionContext.shutdown();
            widget.close();
        }""")

    def python(self, code: str) -> str:
        """Run ``code`` in the notebook's kernel and return what it prints."""
        return self.page.evaluate("""code => new Promise((resolve) => {
            const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            let text = "";
            const future = kernel.requestExecute({code});
            future.onIOPub = (m) => { text += m.content.text ?? (m.content.traceback ?? []).join("\\n"); };
            future.done.then(() => resolve(text));
        })""", code)

    def python_soon(self, code: str, wanted: str) -> str:
        """What ``code`` prints once it is ``wanted``, or after five seconds: a page tells the kernel when it has time."""
        end = time.monotonic() + 5
        while (said := self.python(code)) != wanted and time.monotonic() < end:
            self.page.wait_for_timeout(50)
        return said


@pytest.fixture(scope="package")
def lab(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab for all tests."""
    server = Lab(tmp_path_factory.mktemp("lab"))
    try:
        server.wait()
        yield server
    finally:
        server.close()


@pytest.fixture
def opened(lab: Lab, desk: Tab) -> Iterator[Any]:
    """``opened(notebook, width, dark)`` opens a copy of a notebook in JupyterLab; it is closed at the end."""
    with ExitStack() as stack:
        yield lambda *given, **look: stack.enter_context(lab.opened(desk, *given, **look))
