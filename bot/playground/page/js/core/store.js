/**
 * What the page knows: `server`, the last state that the workspace sent for the person one
 * acts as, and `ui`, what only this browser knows (open panels, half-typed text, drafts of inputs).
 */

const listeners = new Set();
let scheduled = false;

/** The state as the workspace last told it; null until the first answer. */
export let server = null;

/** What only this page knows. Change it with `setUi`. */
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
  problems: {},
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

/** Call `listener` after every change; several changes in a row make one call. */
export function subscribe(listener) {
  listeners.add(listener);
}

/** Counts the changes, so that what is costly to draw is drawn once for each. */
export let stamp = 0;

/** Say that something in `ui` was changed in place. */
export function changed() {
  stamp += 1;
  schedule();
}

/** Say that only what is typed outside of messages was changed: in a composer, a modal, Home. */
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

/** The person with this id, or a stand-in that shows the id. */
export function person(id) {
  const known = server?.users.find((one) => one.id === id);
  if (known) return known;
  const app = server?.app;
  if (app && id === app.bot_user_id) {
    return { id, name: app.name, real_name: app.name, is_bot: true, colour: null };
  }
  return { id, name: id, real_name: id, initials: "?", colour: "#868686", unknown: true };
}

/** The channel with this id, or undefined when this person can't see it. */
export function channel(id) {
  return server?.channels.find((one) => one.id === id);
}

/** True for the direct messages between this person and the app. */
export function isAppDm(one) {
  return one?.kind === "im" && one.other === server.app.bot_user_id;
}

/** True for a conversation of a few people, which Slack names mpdm-…. */
export function isGroupDm(one) {
  return one.kind === "private" && one.name.startsWith("mpdm-");
}

/** What a channel is called: its name, or the names of the other people. */
export function channelLabel(one) {
  if (one.kind === "im") return person(one.other).real_name;
  if (!isGroupDm(one)) return one.name;
  const others = one.member_ids.filter((id) => id !== server.me.id);
  return others.map((id) => person(id).real_name.split(" ")[0]).join(", ");
}
