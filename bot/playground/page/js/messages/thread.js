/** The thread pane on the right. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { channel, channelLabel, server, setUi, ui } from "../core/store.js";
import { composer } from "./composer.js";
import { follows } from "./list.js";
import { message } from "./message.js";
import { showHighlight, stayAtEnd } from "./scrolling.js";

/** The open thread, or null. */
export function threadPane() {
  if (!ui.thread) return null;
  const one = channel(ui.thread.channel);
  const all = server.messages[ui.thread.channel] ?? [];
  const root = all.find((each) => each.ts === ui.thread.ts);
  if (!one || !root) return null;
  const replies = all.filter((each) => each.thread_ts === root.ts && each.ts !== root.ts);
  return h(
    "aside",
    { class: "thread", key: "thread", "aria-label": "Thread" },
    h(
      "header",
      { class: "side-head" },
      h("h2", null, "Thread", h("span", { class: "side-where" }, one.kind === "im" ? channelLabel(one) : `#${one.name}`)),
      h("button", { class: "icon-button", type: "button", "aria-label": "Close thread", onclick: () => setUi({ thread: null }) }, icon("close")),
    ),
    h(
      "div",
      { class: "thread-scroll", key: `thread-${root.ts}`, tabindex: "0", role: "log", "aria-label": "Replies", updated: (el) => showHighlight(el) || stayAtEnd(el) },
      message(one, root, { inThread: true }),
      replies.length ? h("div", { class: "thread-rule", role: "separator" }, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`) : null,
      replies.map((each, at) => message(one, each, { inThread: true, follows: follows(replies[at - 1], each) })),
      one.is_archived ? null : composer(one, root.ts),
    ),
  );
}
