// What moves by itself: a run that plays, and the steps that it gets from Python.

import { button } from "./controls.js";

// A button that moves a slider on by itself, from the start again when it stands at the end. It asks for the next frame
// only while the page shows it; for readers who want no motion it takes one step a click. pace() is [milliseconds
// between two steps, steps at once], ready(step) the nearest step to it that can be shown now, rest() is called when it
// stands still.
export function play({ min, max }, { now, move, pace, ready, rest }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let frame = 0;
  let last = 0;
  const stop = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    node.textContent = still.matches ? "Step" : "Play";
    rest();
  };
  const tick = (time) => {
    if (!node.isConnected || now() >= max) return stop();
    frame = requestAnimationFrame(tick);
    const [wait, steps] = pace();
    if (time - last < wait) return;
    const next = ready(Math.min(max, Math.round(now()) + steps));
    if (next <= now()) return;
    last = time;
    move(next);
    if (once) stop();
  };
  let once = false;
  const node = button("", () => {
    if (frame) return stop();
    if (now() >= max) move(min);
    once = still.matches;
    if (!once) node.textContent = "Pause";
    frame = requestAnimationFrame(tick);
  });
  node.textContent = still.matches ? "Step" : "Play";
  return { node, stop, running: () => frame !== 0 };
}

// The steps of a run that Python computes while the view plays. Two questions at most are on their way, each for the
// steps of six frames, so that the picture moves while they travel; when no frame asks, nothing is computed.
export function feed(model, kept, max, fail) {
  let asked = 0;
  let open = 0;
  let heard = 0;
  const hear = ({ from, steps, error }) => {
    open = Math.max(0, open - 1);
    heard = performance.now();
    if (from <= kept.length) kept.push(...steps.slice(kept.length - from)); // another view may have asked as well
    if (error) fail(error);
  };
  model.on("msg:custom", hear);
  return {
    ready(step, now) {
      const count = 6 * (step - now);
      if (kept.length > Math.min(max, step + count)) return step;
      if (!model.send) fail("This explorer gets its steps from Python, and here no kernel runs.");
      else if (open && performance.now() - heard > 5000) {
        open = 0;
        fail("Python has not answered for 5 seconds. Is the kernel running, and is no other cell at work?");
      } else if (open < 2) {
        if (!open) [asked, heard] = [kept.length, performance.now()];
        model.send({ from: asked, count });
        asked += count;
        open += 1;
      }
      return Math.min(step, kept.length - 1);
    },
    close: () => model.off("msg:custom", hear),
  };
}
