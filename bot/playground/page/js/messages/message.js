/** One message with author, blocks, files, thread summary and toolbar. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { post } from "../core/api.js";
import { person, server, stamp, ui } from "../core/store.js";
import { ago, clockTime, dateOf, fullTime } from "../core/time.js";
import { appBadge, avatar } from "../frame/marks.js";
import { renderBlocks } from "../blocks/index.js";
import { attachment } from "../blocks/attachment.js";
import { uploadedFile } from "../blocks/media.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { hoverActions } from "./actions.js";
import { openThread } from "../core/route.js";

const drawn = { channel: new WeakMap(), thread: new WeakMap() };

/**
 * A message; reuses the last node if nothing but input elsewhere has changed.
 * @param {object} place `follows`: omit the author; `inThread`: shown in the thread pane
 */
export function message(channel, each, { follows = false, inThread = false } = {}) {
  const kept = inThread ? drawn.thread : drawn.channel;
  const last = kept.get(each);
  if (last?.stamp === stamp && last.follows === follows) return last.node;
  const node = draw(channel, each, follows, inThread);
  kept.set(each, { stamp, follows, node });
  return node;
}

function draw(channel, each, follows, inThread) {
  const author = person(each.user);
  const date = dateOf(each.ts);
  const lit = ui.highlight === each.ts;
  return h(
    "article",
    {
      class: `message${follows ? " follows" : ""}${each.ephemeral ? " is-ephemeral" : ""}${lit ? " is-lit" : ""}`,
      key: `message-${each.ts}`,
      "data-ts": each.ts,
      "aria-label": `${author.real_name}, ${clockTime(date)}`,
    },
    h("div", { class: "message-side" }, follows ? h("time", { class: "message-hour", title: fullTime(date) }, clockTime(date).replace(/ [AP]M$/, "")) : avatar(author)),
    h(
      "div",
      { class: "message-main" },
      each.ephemeral ? onlyYou() : null,
      follows ? null : head(each, author, date),
      body(channel, each, inThread),
      (each.attachments ?? []).map((one) => attachment(one, contextOf(channel, each, inThread))),
      (each.files ?? []).map((file) => uploadedFile(file, `msg:${channel.id}:${each.ts}`)),
      each.ephemeral ? dismissal(channel, each) : null,
      !inThread && each.reply_count ? threadLine(channel, each) : null,
    ),
    hoverActions(channel, each, inThread),
  );
}

function onlyYou() {
  return h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you");
}

function dismissal(channel, each) {
  const dismiss = () => post("dismiss", { channel: channel.id, ts: each.ts });
  return h("button", { class: "text-button", type: "button", onclick: dismiss }, "Dismiss message");
}

function head(each, author, date) {
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "message-author" }, author.real_name),
    each.app || author.is_bot ? appBadge() : null,
    author.is_external ? h("span", { class: "external-badge", title: "From another workspace" }, "External") : null,
    h("time", { class: "message-time", datetime: date.toISOString(), title: fullTime(date) }, clockTime(date)),
  );
}

function body(channel, each, inThread) {
  const edited = each.edited ? h("span", { class: "edited" }, "(edited)") : null;
  if (!each.blocks?.length) {
    return h("div", { class: "message-body" }, mrkdwn(each.text ?? ""), edited);
  }
  const ctx = contextOf(channel, each, inThread);
  return h("div", { class: "message-body has-blocks" }, renderBlocks(each.blocks, ctx), edited);
}

function contextOf(channel, each, inThread) {
  return {
    key: `msg:${channel.id}:${each.ts}`,
    place: inThread ? "/thread" : "",
    container: { type: "message", channel: channel.id, ts: each.ts },
    blocks: each.blocks,
    serverValues: each.state?.values,
  };
}

function threadLine(channel, each) {
  const replies = (server.messages[channel.id] ?? []).filter((one) => one.thread_ts === each.ts && one.ts !== each.ts && !one.ephemeral);
  const authors = [...new Set(replies.map((one) => one.user))].slice(0, 4).map(person);
  const count = `${each.reply_count} ${each.reply_count === 1 ? "reply" : "replies"}`;
  const latest = each.latest_reply ? `Last reply ${ago(dateOf(each.latest_reply))}` : "";
  return h(
    "button",
    { class: "thread-line", type: "button", "aria-label": `${count} ${latest}. View thread`, onclick: () => openThread(channel, each) },
    authors.map((one) => avatar(one, 24)),
    h("span", { class: "thread-count" }, count),
    h("span", { class: "thread-latest" }, latest),
    h("span", { class: "thread-view" }, "View thread"),
    icon("chevronRight", 16),
  );
}
