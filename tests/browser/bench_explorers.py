"""From slider to painted pixels in JupyterLab: the explorer beside ``interact`` with matplotlib, in one run.

Run it as ``python tests/browser/bench_explorers.py``; it drags each slider 60 times and prints milliseconds.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

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


FRAMES = """() => new Promise((done) => {
    document.querySelector('.bp-explorer input[aria-label="step, time"]').focus();
    const slider = document.activeElement;
    const times = [];
    const count = (time) => {
        times.push(time);
        if (slider.valueAsNumber < slider.max) requestAnimationFrame(count);
        else done((1000 * (times.length - 1)) / (times.at(-1) - times[0]));
    };
    slider.closest(".bp-explorer").querySelector("button").click();
    requestAnimationFrame(count);
})"""


def measure(book: Notebook, name: str, script: str) -> None:
    times = np.array(book.page.evaluate(script))
    print(f"{name:24} median {np.median(times):6.1f} ms   p95 {np.percentile(times, 95):6.1f} ms   of {len(times)}")


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
            book.tab.close()
            page = Tab(browser).page
            page.set_content(explorers.playground(steps=400).page())
            page.get_by_label("step, time", exact=True).press("Home")
            print(f"playground, 400 steps    {page.evaluate(FRAMES):6.1f} frames a second")
            browser.close()
    finally:
        lab.close()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
