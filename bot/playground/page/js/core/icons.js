/** Line icons, drawn on a 20 by 20 grid. */

import { h } from "./dom.js";

const PATHS = {
  hash: "M7.6 3 6 17M14 3l-1.6 14M3.4 7.4h13.4M3 12.6h13.4",
  lock: "M5 9h10v7.5H5zM7 9V6.4a3 3 0 0 1 6 0V9",
  shared: "M8 6.5a3 3 0 1 0 0 6M12 6.5a3 3 0 1 1 0 6M7.5 9.5h5",
  archive: "M3.5 4h13v3.5h-13zM4.8 7.5V16h10.4V7.5M8 10.5h4",
  thread: "M4 4.5h12v8.5H9l-3.5 3v-3H4zM7 7.7h6M7 10.2h4",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  moreVertical: "M10 5v.01M10 10v.01M10 15v.01",
  close: "m5 5 10 10M15 5 5 15",
  back: "M12 4.5 6.5 10l5.5 5.5",
  chevronDown: "m5 7.5 5 5 5-5",
  chevronRight: "m7.5 5 5 5-5 5",
  send: "M3.5 4 17 10 3.5 16l1.8-6zM5.3 10H11",
  plus: "M10 4v12M4 10h12",
  wrench: "M12.2 4.2a4 4 0 0 0 3.6 5.4l-7 6.6a1.9 1.9 0 0 1-2.6-2.7l6.4-7a4 4 0 0 1-.4-2.3zM16.6 6.5l-2.2 1.4-1.3-1.3L14.4 4",
  people: "M7.5 9.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM2.5 16c.3-2.8 2.2-4.3 5-4.3s4.7 1.5 5 4.3M13 9.3a2.3 2.3 0 1 0-.6-4.5M14.5 12c1.8.4 2.8 1.7 3 4",
  clock: "M10 3.3a6.7 6.7 0 1 0 0 13.4 6.7 6.7 0 0 0 0-13.4zM10 6.3V10l2.6 1.7",
  bolt: "M11 2.8 4.8 11.3h4.4L8.6 17.2l6.6-8.7h-4.5z",
  shield: "M10 3l5.8 2v4.6c0 3.5-2.3 6-5.8 7.4-3.5-1.4-5.8-3.9-5.8-7.4V5z",
  warning: "M10 3.6 17.6 16.4H2.4zM10 8.3v3.9M10 14.2v.01",
  info: "M10 3.3a6.7 6.7 0 1 0 0 13.4 6.7 6.7 0 0 0 0-13.4zM10 9.2v4.3M10 6.7v.01",
  success: "M10 3.3a6.7 6.7 0 1 0 0 13.4 6.7 6.7 0 0 0 0-13.4zM6.9 10.2l2.2 2.2 4-4.5",
  error: "M10 3.3a6.7 6.7 0 1 0 0 13.4 6.7 6.7 0 0 0 0-13.4zM7.7 7.7l4.6 4.6M12.3 7.7l-4.6 4.6",
  check: "m4.5 10.5 3.7 3.7 7.3-8",
  eye: "M2.5 10S5.3 5 10 5s7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
  home: "M3.5 9.5 10 4l6.5 5.5M5.5 8.2V16h9V8.2",
  file: "M5.5 3h6l3.5 3.5V17h-9.5zM11.5 3v3.5H15",
  play: "M7 5l8 5-8 5z",
  plug: "M7.5 3v4M12.5 3v4M5.5 7h9v2.5a4.5 4.5 0 0 1-9 0zM10 14v3",
  thumbUp: "M6 9l3-5.5c1.3 0 2 .8 1.7 2.2L10.3 8h4.2c1 0 1.6.9 1.3 1.8l-1.5 5c-.2.8-.8 1.2-1.5 1.2H6zM3.5 9H6v7H3.5z",
  thumbDown: "M6 11l3 5.5c1.3 0 2-.8 1.7-2.2L10.3 12h4.2c1 0 1.6-.9 1.3-1.8l-1.5-5c-.2-.8-.8-1.2-1.5-1.2H6zM3.5 11H6V4H3.5z",
  trash: "M4 5.5h12M8 5.5V3.7h4v1.8M5.5 5.5l.7 11h7.6l.7-11",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l2.4-2.5a3 3 0 0 0-4.2-4.2l-1 1M11.5 8.5a3 3 0 0 0-4.3 0L4.8 11A3 3 0 0 0 9 15.2l1-1",
  calendar: "M4 5h12v11.5H4zM4 8.5h12M7.3 3v3M12.7 3v3",
};

/** A decorative icon; its meaning must stand in a label beside it. */
export function icon(name, size = 18) {
  return h(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true" },
    h("path", { d: PATHS[name] ?? PATHS.info }),
  );
}
