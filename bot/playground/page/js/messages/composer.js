/** The composer: Enter sends, a slash lists the app's commands, + its shortcuts. */

import { post } from "../core/api.js";
import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { changed, channelLabel, composed, server, setUi, ui } from "../core/store.js";
import { closePopover, popover } from "../elements/popover.js";
import { commandList, matchingCommands } from "./commands.js";
import { goToEnd } from "./scrolling.js";

const SAID_IN_A_NOTICE = new Set(["operation_timeout", "dispatch_failed"]);

/**
 * The composer of a channel, or of a thread when `thread` is its first message's ts.
 */
export function composer(channel, thread = null) {
  const key = thread ? `${channel.id}:${thread}` : channel.id;
  const text = ui.composing[key] ?? "";
  const where = channel.kind === "im" ? channelLabel(channel) : `#${channelLabel(channel)}`;
  const label = thread ? "Reply…" : `Message ${where}`;
  const model = { key, channel, thread, text, commands: matchingCommands(text) };
  return h(
    "form",
    {
      class: "composer",
      key: "composer",
      onsubmit: (event) => {
        event.preventDefault();
        send(model);
      },
    },
    h("div", { class: "composer-above" }, commandList(model, (command) => complete(model, command)), complaint(key)),
    h(
      "div",
      { class: "composer-box" },
      h("textarea", {
        class: "composer-text",
        key: `text-${key}`,
        rows: 1,
        dir: "auto",
        "aria-label": thread ? "Reply to thread" : label,
        placeholder: label,
        value: text,
        oninput: (event) => type(model, event.target.value),
        onkeydown: (event) => keys(event, model),
        updated: grow,
        mounted: grow,
      }),
      h(
        "div",
        { class: "composer-bar" },
        thread ? null : shortcuts(channel),
        h("span", { class: "composer-hint" }, text ? "Enter to send · Shift + Enter for a new line" : thread || !server.app.commands.length ? "" : "Type / for commands"),
        h("button", { class: "send", type: "submit", "aria-label": "Send", disabled: !text.trim() }, icon("send", 18)),
      ),
    ),
  );
}

function grow(el) {
  el.style.height = "auto";
  el.style.height = `${Math.min(el.scrollHeight, 200)}px`;
}

function type(model, text) {
  ui.composing[model.key] = text;
  delete ui.actionErrors[`composer:${model.key}`];
  ui.commandAt = 0;
  composed();
}

function complete(model, command) {
  ui.composing[model.key] = `${command.name} `;
  changed();
  document.querySelector(".main .composer-text")?.focus();
}

function keys(event, model) {
  const { commands } = model;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = Math.min(ui.commandAt ?? 0, commands.length - 1);
  if (commands.length && step) {
    setUi({ commandAt: (at + step + commands.length) % commands.length });
    event.preventDefault();
  } else if (commands.length && event.key === "Tab") {
    complete(model, commands[at]);
    event.preventDefault();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    const typed = model.text.trim();
    if (commands.length && commands[at].name !== typed) complete(model, commands[at]);
    else send(model);
  }
}

async function send({ key, channel, thread, text }) {
  const typed = text.trim();
  if (!typed) return;
  ui.composing[key] = "";
  changed();
  goToEnd(document.querySelector(thread ? ".thread-scroll" : ".messages"));
  const isCommand = /^\/\S/.test(typed);
  let answer;
  if (isCommand && thread) answer = { ok: false, message: `${typed.split(/\s/)[0]} is not supported in threads. Sorry!` };
  else if (isCommand) answer = await post("command", { channel: channel.id, text: typed });
  else answer = await post("message", { channel: channel.id, text: typed, ...(thread ? { thread_ts: thread } : {}) });
  if (answer.ok || (isCommand && SAID_IN_A_NOTICE.has(answer.error))) return;
  ui.actionErrors[`composer:${key}`] = answer.message ?? answer.error;
  ui.composing[key] ||= text;
  changed();
}

function complaint(key) {
  const message = ui.actionErrors[`composer:${key}`];
  if (!message) return null;
  return h("div", { class: "composer-problem", role: "alert" }, icon("warning", 16), message);
}

function shortcuts(channel) {
  const all = server.app.shortcuts.filter((one) => one.type === "global");
  const key = `shortcuts:${channel.id}`;
  const open = ui.popover?.id === key;
  const run = (one) => {
    closePopover();
    post("shortcut", { callback_id: one.callback_id, channel: channel.id });
  };
  return h(
    "span",
    { class: "button-slot" },
    h(
      "button",
      {
        class: "icon-button round",
        type: "button",
        "aria-label": "Shortcuts",
        title: "Shortcuts",
        "aria-haspopup": "menu",
        "aria-expanded": String(open),
        onclick: () => setUi({ popover: open ? null : { id: key } }),
      },
      icon("plus"),
    ),
    open &&
      popover(
        { role: "menu", class: "menu" },
        all.map((one) => h("button", { class: "menu-item", type: "button", role: "menuitem", onclick: () => run(one) }, icon("bolt", 16), h("span", null, one.name), h("span", { class: "menu-note" }, server.app.name))),
        all.length ? null : h("p", { class: "menu-empty" }, "The app has no shortcuts."),
      ),
  );
}
