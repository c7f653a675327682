/** The middle: a channel with its messages, or the app's Home and Messages tabs. */

import { post } from "../core/api.js";
import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { channel, channelLabel, isAppDm, person, server, setUi, ui } from "../core/store.js";
import { composer } from "../messages/composer.js";
import { messageList } from "../messages/list.js";
import { textNodes } from "../text/mrkdwn.js";
import { homeView } from "./home.js";
import { appBadge, avatar, channelIcon } from "./marks.js";
import { markRead } from "./unread.js";

let visited = null;

/** The main pane. */
export function mainPane() {
  const one = channel(ui.channel);
  if (!one) return h("main", { class: "main", key: "main" }, h("p", { class: "empty" }, "No channel to show."));
  const inApp = isAppDm(one);
  const tab = server.app.home_enabled ? ui.homeTab : "messages";
  const onHome = inApp && tab === "home";
  tellVisit(inApp, one.id, tab);
  if (!onHome) markRead(one.id);
  return h(
    "main",
    { class: "main", key: "main", "aria-label": inApp ? server.app.name : channelLabel(one) },
    header(one, inApp),
    inApp && server.app.home_enabled ? tabs() : null,
    onHome ? homeView() : [pinned(one), messageList(one), notices(), foot(one)],
  );
}

/** Notify the app when the user opens one of its tabs, once per visit. */
function tellVisit(inApp, id, tab) {
  const visit = inApp ? `${server.me.id}/${id}/${tab}` : null;
  if (visit && visit !== visited) post("home", { tab });
  visited = visit;
}

function header(one, inApp) {
  const other = one.kind === "im" ? person(one.other) : null;
  return h(
    "header",
    { class: "main-head", key: "head" },
    menuButton(),
    h(
      "h1",
      { class: "main-title" },
      other ? avatar(other, 24) : channelIcon(one, 18),
      channelLabel(one),
      inApp ? appBadge() : null,
    ),
    one.topic ? h("span", { class: "main-topic" }, textNodes(one.topic)) : null,
    h("span", { class: "main-space" }),
    one.kind === "im" ? null : members(one),
  );
}

/** Opens the sidebar on narrow screens. */
function menuButton() {
  return h(
    "button",
    { class: "icon-button menu-button", type: "button", "aria-label": "Channels and people", "aria-expanded": String(ui.menu), onclick: () => setUi({ menu: !ui.menu }) },
    icon("menu"),
  );
}

function members(one) {
  const ids = one.member_ids ?? [];
  const shown = ids.map(person).filter((who) => !who.is_bot && !who.unknown).slice(0, 3);
  const names = ids.map((id) => person(id).real_name);
  if (one.app_is_member && !ids.includes(server.app.bot_user_id)) names.push(server.app.name);
  const label = `${names.length} member${names.length === 1 ? "" : "s"}: ${names.join(", ")}`;
  return h(
    "span",
    { class: "members", title: label, role: "img", "aria-label": label },
    shown.map((who) => avatar(who, 22)),
    h("span", { class: "members-count" }, names.length),
  );
}

function tabs() {
  const tab = (name, label) =>
    h(
      "button",
      { class: "tab", type: "button", role: "tab", "aria-selected": String(ui.homeTab === name), onclick: () => setUi({ homeTab: name, thread: null }) },
      label,
    );
  return h("div", { class: "tabs", role: "tablist", "aria-label": server.app.name, key: "tabs" }, tab("home", "Home"), tab("messages", "Messages"));
}

/** The pinned line of a channel. */
function pinned(one) {
  if (!one.pinned) return null;
  return h("div", { class: "pinned", role: "note", "aria-label": "Pinned", key: "pinned" }, icon("pin", 16), textNodes(one.pinned));
}

function notices() {
  if (!server.notices.length) return null;
  return h(
    "div",
    { class: "notices", key: "notices" },
    server.notices.map((notice) =>
      h(
        "div",
        { class: "notice", role: "alert", key: notice.id },
        icon("warning", 18),
        h("span", { class: "notice-text" }, notice.text.replace(/^⚠\uFE0F?\s*/u, "")),
        h("button", { class: "icon-button", type: "button", "aria-label": "Dismiss", onclick: () => post("dismiss", { notice: notice.id }) }, icon("close", 16)),
      ),
    ),
  );
}

function foot(one) {
  if (one.is_archived) {
    return h("p", { class: "foot-note", key: "foot" }, icon("archive", 16), "This channel is archived. Nobody can write here.");
  }
  if (!one.is_member && one.kind !== "im") {
    const join = () => post("invite", { channel: one.id, user: server.me.id });
    return h(
      "div",
      { class: "foot-note", key: "foot" },
      `You are looking at #${one.name}.`,
      h("button", { class: "button", type: "button", onclick: join }, "Join channel"),
    );
  }
  return composer(one);
}
