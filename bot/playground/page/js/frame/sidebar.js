/** The aubergine sidebar: channels, direct messages, the app. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { openChannel } from "../core/route.js";
import { channelLabel, isAppDm, isGroupDm, person, server, ui } from "../core/store.js";
import { avatar, channelIcon } from "./marks.js";
import { unreadIn } from "./unread.js";

/** The sidebar. */
export function sidebar() {
  const isDirect = (one) => one.kind === "im" || isGroupDm(one);
  const joined = server.channels.filter((one) => !isDirect(one));
  const direct = server.channels.filter(isDirect);
  return h(
    "nav",
    { class: "sidebar", key: "sidebar", "aria-label": "Channels" },
    h(
      "header",
      { class: "sidebar-head" },
      h("span", { class: "sidebar-team" }, server.team.name),
      h("span", { class: "sidebar-note" }, "local workspace"),
    ),
    h(
      "div",
      { class: "sidebar-scroll" },
      section("Channels", joined.filter((one) => !one.is_archived)),
      section("Direct messages", direct.filter((one) => !isAppDm(one))),
      section("Apps", direct.filter(isAppDm)),
      section("Archived", joined.filter((one) => one.is_archived)),
    ),
  );
}

function section(title, channels) {
  if (!channels.length) return null;
  const id = `section-${title.toLowerCase().replace(" ", "-")}`;
  return h(
    "section",
    { class: "sidebar-section", key: id },
    h("h2", { id }, icon("chevronDown", 14), title),
    h("ul", { "aria-labelledby": id }, channels.map(entry)),
  );
}

function entry(one) {
  const here = one.id === ui.channel;
  const unread = here ? 0 : unreadIn(one);
  const count = one.kind === "im" && unread ? unread : 0;
  const other = one.kind === "im" ? person(one.other) : null;
  const quiet = one.is_archived || !one.is_member;
  return h(
    "li",
    { key: one.id },
    h(
      "button",
      {
        class: `sidebar-entry${here ? " is-here" : ""}${unread ? " is-unread" : ""}${quiet ? " is-quiet" : ""}`,
        type: "button",
        "aria-current": here ? "page" : null,
        onclick: () => openChannel(one.id),
      },
      other ? avatar(other, 20) : channelIcon(one),
      h("span", { class: "sidebar-label" }, channelLabel(one), other?.id === server.me.id ? h("span", { class: "sidebar-you" }, " you") : null),
      unread ? h("span", { class: "sr-only" }, "unread") : null,
      count ? h("span", { class: "sidebar-count" }, count) : null,
    ),
  );
}
