/** Unread messages of this user, stored per browser. */

import { server, ui } from "../core/store.js";

const KEY = "local-workspace-read";

function readMarks() {
  const key = `${server.team.id}/${server.me.id}`;
  if (!ui.read[key]) {
    const stored = JSON.parse(sessionStorage.getItem(`${KEY}/${key}`) ?? "null");
    ui.read[key] = stored ?? Object.fromEntries(server.channels.map((one) => [one.id, latestIn(one.id)]));
  }
  return ui.read[key];
}

function latestIn(channelId) {
  return (server.messages[channelId] ?? []).reduce((latest, one) => (one.ts > latest ? one.ts : latest), "0");
}

/** The number of messages of other users since the last visit, without replies in threads. */
export function unreadIn(channel) {
  const mark = readMarks()[channel.id] ?? "0";
  const isNew = (one) => one.ts > mark && one.user !== server.me.id && (!one.thread_ts || one.thread_ts === one.ts);
  return (server.messages[channel.id] ?? []).filter(isNew).length;
}

/** Mark the channel as read. */
export function markRead(channelId) {
  const marks = readMarks();
  const latest = latestIn(channelId);
  if (marks[channelId] === latest) return;
  marks[channelId] = latest;
  sessionStorage.setItem(`${KEY}/${server.team.id}/${server.me.id}`, JSON.stringify(marks));
}
