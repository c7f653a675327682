/** Moves the clock that the workspace and the app share. */

import { post } from "../core/api.js";
import { h } from "../core/dom.js";
import { changed, server, ui } from "../core/store.js";
import { clockTime, longDay, now, zonedDate } from "../core/time.js";
import { labelled, tool } from "./parts.js";

let ticking = null;

/** The clock section. */
export function clockTools() {
  const offset = Math.round(server.clock.offset_seconds);
  const zone = server.me.tz;
  return tool(
    "clock",
    "Clock",
    h(
      "p",
      { class: "clock-now", mounted: tick, removed: stop },
      h("strong", null, `${longDay(now())}, ${clockTime(now())}`),
      h("span", { class: "hint" }, `${zone.replace("_", " ")} · ${offset ? `${apart(offset)} the real time` : "real time"}`),
    ),
    h(
      "div",
      { class: "tool-buttons" },
      move("+1 hour", { advance_seconds: 3600 }),
      move("+1 day", { advance_seconds: 86_400 }),
      move("+1 week", { advance_seconds: 604_800 }),
      move("Next Monday 09:00", { weekday_time: { weekday: "monday", time: "09:00", tz: zone } }),
      offset ? move("Back to real time", { reset: true }) : null,
    ),
    h("div", { class: "tool-row" }, labelled("Move to", moment()), h("button", { class: "button button-small", type: "button", disabled: !ui.clockTo, onclick: moveTo }, "Move")),
  );
}

function tick() {
  stop();
  ticking = setInterval(changed, 15_000);
}

function stop() {
  clearInterval(ticking);
  ticking = null;
}

function move(label, body) {
  return h("button", { class: "button button-small", type: "button", onclick: () => post("clock", body) }, label);
}

function moment() {
  return h("input", {
    class: "field",
    type: "datetime-local",
    value: ui.clockTo ?? "",
    onchange: (event) => {
      ui.clockTo = event.target.value;
      changed();
    },
  });
}

function moveTo() {
  post("clock", { to: zonedDate(ui.clockTo, server.me.tz).toISOString() });
}

function apart(seconds) {
  const size = Math.abs(seconds);
  const [count, unit] = size >= 172_800 ? [size / 86_400, "days"] : size >= 7200 ? [size / 3600, "hours"] : [size / 60, "minutes"];
  return `${Math.round(count)} ${unit} ${seconds > 0 ? "ahead of" : "behind"}`;
}
