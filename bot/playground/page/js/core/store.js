/**
 * The state of the page: `server`, the last state that the workspace sent for the acting
 * user, and `ui`, the state of this browser (open panels, text being typed, input values).
 */

const listeners = new Set();
let scheduled = false;

/** The last state from the workspace; null until the first response. */
export let server = null;

/** The state of this page. Change it with `setUi`. */
export const ui = {
  as: null,
  online: true,
  channel: null,
  highlight: null,
  thread: null,
  homeTab: "home",
  tools: false,
  menu: false,
  fault: null,
  clockTo: null,
  commandAt: 0,
  popover: null,
  confirm: null,
  composing: {},
  values: {},
  hashes: {},
  pending: {},
  actionErrors: {},
  fieldErrors: {},
  collapsed: {},
  read: {},
};

/** Merge into `ui` and render again. */
export function setUi(changes) {
  Object.assign(ui, changes);
  changed();
}

/** Replace the state of the workspace and render again. */
export function setServer(state) {
  server = state;
  changed();
}

/** Call `listener` after changes; changes in the same task lead to one call. */
export function subscribe(listener) {
  listeners.add(listener);
}

/** The number of changes, for views that cache their nodes. */
export let stamp = 0;

/** Notify the listeners of a change in `ui`. */
export function changed() {
  stamp += 1;
  schedule();
}

/** Notify the listeners of a change that does not affect messages: composer, modal, Home. */
export function composed() {
  schedule();
}

function schedule() {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    for (const listener of listeners) listener();
  });
}

/** The user with this id, or a placeholder with the id as the name. */
export function person(id) {
  const known = server?.users.find((one) => one.id === id);
  if (known) return known;
  const app = server?.app;
  if (app && id === app.bot_user_id) {
    return { id, name: app.name, real_name: app.name, is_bot: true, colour: null };
  }
  return { id, name: id, real_name: id, initials: "?", colour: "#868686", unknown: true };
}

/** The channel with this id, or undefined if this user can't see it. */
export function channel(id) {
  return server?.channels.find((one) => one.id === id);
}

/** True for the direct messages between this user and the app. */
export function isAppDm(one) {
  return one?.kind === "im" && one.other === server.app.bot_user_id;
}

/** True for a group conversation, which Slack names mpdm-…. */
export function isGroupDm(one) {
  return one.kind === "private" && one.name.startsWith("mpdm-");
}

/** The label of a channel: its name, or the names of the other users. */
export function channelLabel(one) {
  if (one.kind === "im") return person(one.other).real_name;
  if (!isGroupDm(one)) return one.name;
  const others = one.member_ids.filter((id) => id !== server.me.id);
  return others.map((id) => person(id).real_name.split(" ")[0]).join(", ");
}
