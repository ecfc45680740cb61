"""From slider to painted pixels in JupyterLab, the explorer beside ``interact`` with matplotlib; frames of a playground.

Run it as ``python tests/browser/bench_explorers.py``; it drags each slider 60 times and prints milliseconds, then plays
a run that was computed before and one that the kernel computes while it plays, by a backward pass written in the
notebook, and prints how many steps a second were painted.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from conftest import FLAGS, Lab, Notebook, Tab
from playwright.sync_api import sync_playwright

from bpkit import explorers

CELLS = ["""
from bpkit import explorers
explorers.neuron()
""", """
import matplotlib.pyplot as plt
from ipywidgets import interact
from bpkit.explorers.views import neuron

@interact(w=(-3.0, 3.0, 0.05))
def show(w=0.8):
    fig, ax = plt.subplots()
    weights = neuron.AXES.xs()
    ax.plot(weights, [neuron.loss(0.5, v, 0.0, 1.0)[0] for v in weights])
    ax.plot(w, neuron.loss(0.5, w, 0.0, 1.0)[0], "o")
    plt.show()
""", """
def backward(W, f, z, a, y):
    L, N = max(W), y.shape[1]
    delta = {L: (a[L] - y) / N}
    for l in range(L - 1, 0, -1):
        delta[l] = (W[l + 1].T @ delta[l + 1]) * f[l].prime(z[l])
    return delta, {l: delta[l] @ a[l - 1].T for l in delta}, {l: delta[l].sum(axis=1, keepdims=True) for l in delta}

explorers.playground(steps=2000, backward=backward, live=True)
"""]
PAINTED = """new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done();
    channel.port2.postMessage(0);
}))"""
EXPLORER = f"""async () => {{
    const slider = document.querySelector('.bp-explorer input[aria-label="w, weight"]');
    const times = [];
    for (let k = 0; k < 60; k++) {{
        const start = performance.now();
        slider.value = 3 * Math.sin(k / 7 + 1);
        slider.dispatchEvent(new Event("input", {{bubbles: true}}));
        await {PAINTED};
        times.push(performance.now() - start);
        await new Promise((r) => setTimeout(r, 50));
    }}
    return times;
}}"""
INTERACT = f"""async () => {{
    const slider = document.querySelector(".widget-slider .noUi-handle");
    const place = slider.closest(".widget-interact");
    const times = [];
    for (let k = 0; k < 60; k++) {{
        const old = place.querySelector("img")?.src;
        const start = performance.now();
        const key = k % 40 < 20 ? "ArrowRight" : "ArrowLeft";
        slider.dispatchEvent(new KeyboardEvent("keydown", {{key, bubbles: true}}));
        while (true) {{
            const now = place.querySelector("img")?.src;
            if (now && now !== old) break;
            if (performance.now() - start > 5000) throw new Error("interact did not answer");
            await new Promise((r) => setTimeout(r, 1));
        }}
        await {PAINTED};
        times.push(performance.now() - start);
        await new Promise((r) => setTimeout(r, 50));
    }}
    return times;
}}"""


STEPS = """(name) => new Promise((done) => {
    const root = document.querySelector(`.bp-explorer[aria-label="${name}"]`);
    root.scrollIntoView({block: "center"});
    const slider = root.querySelector('input[aria-label="step, time"]');
    const seen = [];
    const count = (time) => {
        if (seen.at(-1)?.[1] !== slider.value) seen.push([time, slider.value]);
        if (slider.valueAsNumber < slider.max && time - seen[0][0] < 6000) return requestAnimationFrame(count);
        root.querySelector("button").click();
        const steady = seen.filter(([at]) => at - seen[0][0] > 500);
        done((1000 * (steady.length - 1)) / (steady.at(-1)[0] - steady[0][0]));
    };
    setTimeout(() => {
        root.querySelector("button").click();
        requestAnimationFrame(count);
    }, 300);
})"""


def measure(book: Notebook, name: str, script: str) -> None:
    times = np.array(book.page.evaluate(script))
    print(f"{name:26} median {np.median(times):6.1f} ms   p95 {np.percentile(times, 95):6.1f} ms   of {len(times)}")


def frames(page: Any, name: str) -> None:
    print(f"{name:26} {page.evaluate(STEPS, 'A network learns'):6.1f} frames a second")


def main() -> None:
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed")
    home = Path(tempfile.mkdtemp())
    lab = Lab(home)
    try:
        cells = [nbformat.v4.new_code_cell(c) for c in CELLS]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), home / "bench.ipynb")
        lab.wait()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            browser.new_context()
            book = lab.open(Tab(browser), home / "bench.ipynb")
            book.run_all()
            book.page.wait_for_selector(".bp-explorer")
            book.page.wait_for_selector(".widget-interact img")
            measure(book, "explorer, in the page", EXPLORER)
            measure(book, "interact + matplotlib", INTERACT)
            frames(book.page, "playground, by the kernel")
            book.tab.close()
            page = Tab(browser).page
            page.set_content(explorers.playground(steps=400).page())
            page.get_by_label("step, time", exact=True).press("Home")
            frames(page, "playground, 400 steps")
            browser.close()
    finally:
        lab.close()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
