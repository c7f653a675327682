/** The list of slash commands above the composer. */

import { h } from "../core/dom.js";
import { server, ui } from "../core/store.js";
import { appMark } from "../frame/marks.js";

/** The commands that match the typed text, until it has arguments. */
export function matchingCommands(text) {
  if (!/^\/\S*$/.test(text)) return [];
  return server.app.commands.filter((one) => one.name.startsWith(text.toLowerCase()));
}

/** The popover with the matching commands, or null. */
export function commandList({ commands, thread }, take) {
  if (!commands.length || thread) return null;
  const at = Math.min(ui.commandAt ?? 0, commands.length - 1);
  return h(
    "div",
    { class: "commands", role: "listbox", "aria-label": "Commands" },
    h("div", { class: "commands-head" }, "Commands", h("span", { class: "hint" }, "Tab to complete · Enter to run")),
    commands.map((one, index) =>
      h(
        "div",
        {
          class: `command${index === at ? " is-active" : ""}`,
          key: one.name,
          role: "option",
          "aria-selected": String(index === at),
          onmousedown: (event) => {
            event.preventDefault();
            take(one);
          },
        },
        appMark(32),
        h(
          "span",
          { class: "command-text" },
          h("span", null, h("strong", null, one.name), " ", h("span", { class: "command-hint" }, one.hint ?? "")),
          h("span", { class: "hint" }, one.description ?? ""),
        ),
        h("span", { class: "command-app" }, server.app.name),
      ),
    ),
  );
}
