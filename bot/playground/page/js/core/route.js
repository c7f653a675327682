/** The address of the page: ?as=U… is who one is, #C…/p… is where. */

import { changed, channel, server, setUi, ui } from "./store.js";

/** The id of the person named in the address, or null. */
export function personInAddress() {
  return new URLSearchParams(location.search).get("as");
}

/** Write who one acts as into the address, so that two tabs can be two people. */
export function rememberPerson(id) {
  const url = new URL(location.href);
  url.searchParams.set("as", id);
  history.replaceState(null, "", url);
}

/** Show a channel, and in it a thread or a message when given. */
export function openChannel(id, { thread = null, highlight = null } = {}) {
  ui.thread = thread ? { channel: id, ts: thread } : null;
  setUi({ channel: id, highlight, popover: null, menu: false });
  const hash = highlight ? `#${id}/p${highlight.replace(".", "")}` : `#${id}`;
  if (location.hash !== hash) history.replaceState(null, "", hash);
}

/** Go where the address says; a message in a thread opens the thread. */
export function followAddress() {
  const [, id, digits] = /^#([A-Z0-9]+)(?:\/p(\d+))?$/.exec(location.hash) ?? [];
  if (!id || !channel(id)) return false;
  const ts = digits ? `${digits.slice(0, -6)}.${digits.slice(-6)}` : null;
  const message = server.messages[id]?.find((one) => one.ts === ts);
  const thread = message?.thread_ts ?? null;
  openChannel(id, { thread, highlight: message ? ts : null });
  return true;
}

/** Keep a channel on screen that this person can see. */
export function settleChannel() {
  if (channel(ui.channel)) return;
  const first = server.channels.find((one) => one.is_member && !one.is_archived && one.kind === "public");
  ui.channel = (first ?? server.channels[0])?.id ?? null;
  ui.thread = null;
  changed();
}
