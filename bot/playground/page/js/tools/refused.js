/** The requests of the app that Slack would have refused. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { server } from "../core/store.js";
import { clockTime } from "../core/time.js";
import { tool } from "./parts.js";

/** The violations (the app's fault) and the refusals (nobody's). */
export function refusedTools() {
  return [
    tool(
      "shield",
      `Violations (${server.violations.length})`,
      server.violations.length
        ? list(server.violations, "violation")
        : h("p", { class: "all-well" }, icon("success", 18), "The app has broken none of Slack’s rules."),
    ),
    server.rejections.length
      ? tool("info", `Refusals (${server.rejections.length})`, h("p", { class: "hint" }, "Nobody’s fault: a channel the app is not in, a trigger that came too late."), list(server.rejections, "refusal"))
      : null,
  ];
}

function list(entries, kind) {
  const newestFirst = entries.map((entry, index) => ({ ...entry, index })).reverse();
  return h(
    "ul",
    { class: `refused refused-${kind}` },
    newestFirst.map((entry) =>
      h(
        "li",
        { key: entry.index },
        h("div", { class: "refused-head" }, h("code", null, entry.method), h("time", { class: "hint" }, clockTime(new Date(entry.at)))),
        h("div", { class: "refused-error" }, entry.error),
        entry.message && entry.message !== entry.error ? h("div", { class: "refused-message" }, entry.message) : null,
        entry.pointer ? h("code", { class: "refused-pointer" }, entry.pointer) : null,
      ),
    ),
  );
}
