/** The rejected requests of the app. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { server } from "../core/store.js";
import { clockTime } from "../core/time.js";
import { tool } from "./parts.js";

/** The violations (which the app could avoid) and the other rejections. */
export function rejectionTools() {
  return [
    tool(
      "shield",
      `Violations (${server.violations.length})`,
      server.violations.length
        ? list(server.violations, "violation")
        : h("p", { class: "all-well" }, icon("success", 18), "The app has broken none of Slack’s rules."),
    ),
    server.rejections.length
      ? tool("info", `Refusals (${server.rejections.length})`, h("p", { class: "hint" }, "Nobody’s fault: a channel the app is not in, a trigger that came too late."), list(server.rejections, "unavoidable"))
      : null,
  ];
}

function list(entries, kind) {
  const newestFirst = entries.map((entry, index) => ({ ...entry, index })).reverse();
  return h(
    "ul",
    { class: `rejection rejection-${kind}` },
    newestFirst.map((entry) =>
      h(
        "li",
        { key: entry.index },
        h("div", { class: "rejection-head" }, h("code", null, entry.method), h("time", { class: "hint" }, clockTime(new Date(entry.at)))),
        h("div", { class: "rejection-error" }, entry.error),
        entry.message && entry.message !== entry.error ? h("div", { class: "rejection-message" }, entry.message) : null,
        entry.pointer ? h("code", { class: "rejection-pointer" }, entry.pointer) : null,
      ),
    ),
  );
}
