/** The way from a message to its thread. */

import { openChannel } from "../core/route.js";
import { setUi, ui } from "../core/store.js";

/** Show the thread of a message beside the channel. */
export function openThread(channel, each) {
  if (channel.id !== ui.channel) openChannel(channel.id);
  setUi({ thread: { channel: channel.id, ts: each.thread_ts ?? each.ts }, popover: null });
}
