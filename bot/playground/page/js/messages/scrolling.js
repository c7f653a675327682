/** Scroll positions of the lists of messages: a list that shows its end stays there. */

import { ui } from "../core/store.js";

const NEAR = 80;

/** Scroll a list to its end, where it stays while messages arrive. */
export function goToEnd(el) {
  el.scrollTop = el.scrollHeight;
  remember(el);
}

/** Stay at the newest message if the list was scrolled to the end; a new list stays at its top. */
export function stayAtEnd(el) {
  const before = el.seen;
  if (before && before.height - el.scrollTop - before.room < NEAR) goToEnd(el);
  else remember(el);
}

function remember(el) {
  el.seen = { height: el.scrollHeight, room: el.clientHeight };
}

/** Scroll to the message of the address, once; false if the list does not hold it. */
export function showHighlight(el) {
  if (!ui.highlight || el.shown === ui.highlight) return false;
  const found = el.querySelector(`[data-ts="${ui.highlight}"]`);
  if (!found) return false;
  el.shown = ui.highlight;
  el.seen = { height: Infinity, room: 0 };
  found.scrollIntoView({ block: "center" });
  return true;
}
