// Brings an explorer to life in a page without a kernel: a small model in place of the one that Jupyter keeps in step.

export class Model {
  constructor(state) {
    this.state = state;
    this.listeners = [];
  }
  get(name) {
    return this.state[name];
  }
  set(name, value) {
    this.state[name] = value;
    for (const [event, act] of [...this.listeners]) if (event === `change:${name}`) act();
  }
  on(event, act) {
    this.listeners.push([event, act]);
  }
  off(event, act) {
    this.listeners = this.listeners.filter(([e, a]) => e !== event || a !== act);
  }
  save_changes() {}
}

// Fill every place of that key which is still a picture.
export function mount(key, view, state) {
  for (const place of document.querySelectorAll(`[data-bp-explorer="${key}"]:not([data-bp-alive])`)) {
    place.dataset.bpAlive = "true";
    place.replaceChildren();
    view.render({ model: new Model(structuredClone(state)), el: place });
  }
}
