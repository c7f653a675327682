/** Submitting, going back and closing: what the page checks itself and what the app answers. */

import { post } from "../core/api.js";
import { changed, server, ui } from "../core/store.js";
import { allValues, forgetClosed } from "../elements/values.js";
import { problemsIn } from "./required.js";

/** The key of a view's typed values. */
export function viewKey(view) {
  return `view:${view.id}`;
}

/** True while the app has not answered a submission of this view as it stands. */
export function isWaiting(view) {
  return ui.pending[viewKey(view)] === view.hash;
}

/** Check what can be checked here, then send the answers to the app. */
export async function submitView(view, ctx) {
  const key = viewKey(view);
  if (isWaiting(view)) return;
  const found = problemsIn(view.blocks, ctx);
  ui.fieldErrors[key] = found;
  delete ui.problems[key];
  changed();
  if (Object.keys(found).length) {
    queueMicrotask(showFirstError);
    return;
  }
  ui.pending[key] = view.hash;
  changed();
  const answer = await post("submit", { view_id: view.id, values: allValues(ctx) });
  if (isWaiting(view)) delete ui.pending[key];
  if (!answer.ok && !troubleOf(view.id)) ui.problems[key] = answer.message ?? answer.error;
  changed();
}

function showFirstError() {
  const input = document.querySelector("dialog.modal .has-error");
  input?.querySelector("input, textarea, button")?.focus({ preventScroll: true });
  input?.scrollIntoView({ block: "center" });
}

function troubleOf(id) {
  return server.modals.find((view) => view.id === id)?.connection_error;
}

/** Close one view, or the whole stack. */
export async function closeView(view, all = false) {
  delete ui.pending[viewKey(view)];
  await post("close", { view_id: view.id, all });
}

/** Close the view on top, as Esc does. */
export function closeTopModal() {
  const top = server.modals.at(-1);
  if (top) closeView(top);
}

/** Forget what was typed in views that are no longer open. */
export function tidy() {
  const open = new Set(server.modals.map((view) => view.id));
  if (server.home) open.add(server.home.id);
  forgetClosed(open);
}
