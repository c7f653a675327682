/** The address of the page: ?as=U… is the acting user, #C…/p… the channel and message. */

import { changed, channel, server, setUi, ui } from "./store.js";

/** The id of the user in the address, or null. */
export function personInAddress() {
  return new URLSearchParams(location.search).get("as");
}

/** Write the acting user into the address, so that two tabs can be two users. */
export function rememberPerson(id) {
  const url = new URL(location.href);
  url.searchParams.set("as", id);
  history.replaceState(null, "", url);
}

/** Show a channel, and optionally a thread or a message. */
export function openChannel(id, { thread = null, highlight = null } = {}) {
  ui.thread = thread ? { channel: id, ts: thread } : null;
  setUi({ channel: id, highlight, popover: null, menu: false });
  const hash = highlight ? `#${id}/p${highlight.replace(".", "")}` : `#${id}`;
  if (location.hash !== hash) history.replaceState(null, "", hash);
}

/** Show the channel and message in the address; a reply opens its thread. */
export function followAddress() {
  const [, id, digits] = /^#([A-Z0-9]+)(?:\/p(\d+))?$/.exec(location.hash) ?? [];
  if (!id || !channel(id)) return false;
  const ts = digits ? `${digits.slice(0, -6)}.${digits.slice(-6)}` : null;
  const message = server.messages[id]?.find((one) => one.ts === ts);
  const thread = message?.thread_ts ?? null;
  openChannel(id, { thread, highlight: message ? ts : null });
  return true;
}

/** Select a channel that this user can see, one with a pinned line first, if the current one is not visible. */
export function settleChannel() {
  if (channel(ui.channel)) return;
  const open = server.channels.filter((one) => one.is_member && !one.is_archived && one.kind !== "im");
  const first = open.find((one) => one.pinned) ?? open.find((one) => one.kind === "public") ?? open[0];
  ui.channel = (first ?? server.channels[0])?.id ?? null;
  ui.thread = null;
  changed();
}

/** One pane beside the channel has room: css/narrow.css lays them over each other. */
const narrow = matchMedia("(width < 1120px)");

/** Show the thread of a message beside the channel; in a narrow window it replaces the tools. */
export function openThread(channel, message) {
  if (channel.id !== ui.channel) openChannel(channel.id);
  setUi({ thread: { channel: channel.id, ts: message.thread_ts ?? message.ts }, popover: null, tools: ui.tools && !narrow.matches });
}
