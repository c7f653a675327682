/** The messages of a channel: by day, grouped by author, scrolled to the newest. */

import { h } from "../core/dom.js";
import { channelLabel, isAppDm, server } from "../core/store.js";
import { dateOf, dayKey, dayLabel } from "../core/time.js";
import { channelIcon } from "../frame/marks.js";
import { message } from "./message.js";
import { goToEnd, showHighlight, stayAtEnd } from "./scrolling.js";

const GROUP_SECONDS = 300;

/** The list of a channel's messages, without replies. */
export function messageList(one) {
  const shown = (server.messages[one.id] ?? []).filter((each) => !each.thread_ts || each.thread_ts === each.ts);
  return h(
    "div",
    {
      class: "messages",
      key: `messages-${one.id}-${server.me.id}`,
      role: "log",
      "aria-label": `Messages in ${channelLabel(one)}`,
      tabindex: "0",
      mounted: (el) => {
        el.watcher = new ResizeObserver(() => stayAtEnd(el));
        el.watcher.observe(el);
        el.watcher.observe(el.firstElementChild);
        showHighlight(el) || goToEnd(el);
      },
      updated: (el) => showHighlight(el) || stayAtEnd(el),
      removed: (el) => el.watcher?.disconnect(),
    },
    h("div", { class: "messages-inner" }, beginning(one), days(one, shown)),
  );
}

function beginning(one) {
  if (one.kind === "im") {
    const words = isAppDm(one) ? "Only you and the app can read these messages." : `This is between you and ${channelLabel(one)}.`;
    return h("div", { class: "beginning", key: "beginning" }, h("p", null, words));
  }
  return h(
    "div",
    { class: "beginning", key: "beginning" },
    h("h2", null, channelIcon(one, 22), one.name),
    h("p", null, one.kind === "private" ? "This is the start of a private channel." : `This is the start of #${one.name}.`),
  );
}

function days(one, shown) {
  const nodes = [];
  let before = null;
  for (const each of shown) {
    const date = dateOf(each.ts);
    const newDay = !before || dayKey(dateOf(before.ts)) !== dayKey(date);
    if (newDay) nodes.push(divider(date));
    nodes.push(message(one, each, { follows: !newDay && follows(before, each) }));
    before = each;
  }
  return nodes;
}

function divider(date) {
  const label = dayLabel(date);
  return h("div", { class: "day", key: `day-${dayKey(date)}`, role: "separator", "aria-label": label }, h("span", null, label));
}

/** True if a message continues the previous one, so that its author is omitted. */
export function follows(before, each) {
  return Boolean(
    before &&
      before.user === each.user &&
      !before.ephemeral === !each.ephemeral &&
      !before.reply_count &&
      Number(each.ts) - Number(before.ts) < GROUP_SECONDS,
  );
}
