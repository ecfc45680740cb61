// Pictures that Python has drawn beforehand, one for each place of a control: the page shows the one that is asked for.

import { explorer } from "./view.js";

export function frame({ frames, by }, values) {
  const key = String(Math.floor(values[by] + 0.5));
  return { ...frames[key], say: Object.values(frames[key].text).filter(Boolean).join(", ") };
}

export default { render: (context) => explorer(context, frame) };
