/** Submitting and closing modals. */

import { post } from "../core/api.js";
import { changed, server, ui } from "../core/store.js";
import { allValues, forgetClosed } from "../elements/values.js";
import { problemsIn } from "./required.js";

/** The key of a view's values. */
export function viewKey(view) {
  return `view:${view.id}`;
}

/** True until the app responds to the submission of this version of the view. */
export function isWaiting(view) {
  return ui.pending[viewKey(view)] === view.hash;
}

/** Validate the inputs, then submit the modal. */
export async function submitView(view, ctx) {
  const key = viewKey(view);
  if (isWaiting(view)) return;
  const found = problemsIn(view.blocks, ctx);
  ui.fieldErrors[key] = found;
  delete ui.actionErrors[key];
  changed();
  if (Object.keys(found).length) {
    queueMicrotask(showFirstError);
    return;
  }
  ui.pending[key] = view.hash;
  changed();
  const answer = await post("submit", { view_id: view.id, values: allValues(ctx) });
  if (isWaiting(view)) delete ui.pending[key];
  if (!answer.ok && !connectionError(view.id)) ui.actionErrors[key] = answer.message ?? answer.error;
  changed();
}

function showFirstError() {
  const input = document.querySelector("dialog.modal .has-error");
  input?.querySelector("input, textarea, button")?.focus({ preventScroll: true });
  input?.scrollIntoView({ block: "center" });
}

function connectionError(id) {
  return server.modals.find((view) => view.id === id)?.connection_error;
}

/** Close one modal, or all of them. */
export async function closeView(view, all = false) {
  delete ui.pending[viewKey(view)];
  await post("close", { view_id: view.id, all });
}

/** Close the topmost modal, for Esc. */
export function closeTopModal() {
  const top = server.modals.at(-1);
  if (top) closeView(top);
}

/** Drop the values of closed modals. */
export function tidy() {
  const open = new Set(server.modals.map((view) => view.id));
  if (server.home) open.add(server.home.id);
  forgetClosed(open);
}
