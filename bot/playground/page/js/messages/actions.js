/** The toolbar on hover over a message: reply, and the menu with the app's shortcuts. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { server, setUi, ui } from "../core/store.js";
import { closePopover, popover } from "../elements/popover.js";
import { post } from "../core/api.js";
import { openThread } from "../core/route.js";

/** The toolbar of a message, except ephemeral ones. */
export function hoverActions(channel, each, inThread) {
  if (each.ephemeral) return null;
  const key = `more:${channel.id}:${each.ts}:${inThread}`;
  const open = ui.popover?.id === key;
  const shortcuts = server.app.shortcuts.filter((one) => one.type === "message");
  return h(
    "div",
    { class: `hover-actions${open ? " is-open" : ""}`, role: "toolbar", "aria-label": "Message actions", key: "hover" },
    inThread || channel.is_archived
      ? null
      : h("button", { class: "icon-button", type: "button", "aria-label": "Reply in thread", title: "Reply in thread", onclick: () => openThread(channel, each) }, icon("thread")),
    h(
      "button",
      {
        class: "icon-button",
        type: "button",
        "aria-label": "More actions",
        title: "More actions",
        "aria-haspopup": "menu",
        "aria-expanded": String(open),
        onclick: () => setUi({ popover: open ? null : { id: key } }),
      },
      icon("moreVertical"),
    ),
    open && popover({ role: "menu", class: "menu", align: "end" }, copyLink(channel, each), shortcuts.map((one) => shortcutItem(one, channel, each))),
  );
}

function shortcutItem(shortcut, channel, each) {
  const run = () => {
    closePopover();
    post("shortcut", { callback_id: shortcut.callback_id, channel: channel.id, ts: each.ts });
  };
  return h(
    "button",
    { class: "menu-item", type: "button", role: "menuitem", onclick: run },
    icon("bolt", 16),
    h("span", null, shortcut.name),
    h("span", { class: "menu-note" }, server.app.name),
  );
}

function copyLink(channel, each) {
  const copy = () => {
    closePopover();
    navigator.clipboard?.writeText(`${location.origin}/archives/${channel.id}/p${each.ts.replace(".", "")}`);
  };
  return h("button", { class: "menu-item", type: "button", role: "menuitem", onclick: copy }, icon("link", 16), h("span", null, "Copy link"));
}
