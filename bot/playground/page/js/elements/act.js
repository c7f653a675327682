/** Sends an action to the app, after a confirmation if required. */

import { post } from "../core/api.js";
import { changed, setUi, ui } from "../core/store.js";
import { allValues, fieldOf, setValue } from "./values.js";

/** The key of an element's pending state and error. */
export function actionKey(ctx, blockId, element) {
  return `${ctx.key}/${blockId}/${element.action_id}`;
}

/** The key of an element in one place of the page: a thread repeats its first message. */
export function placeKey(ctx, blockId, element) {
  return `${actionKey(ctx, blockId, element)}${ctx.place ?? ""}`;
}

/** True until the app responds to this element's last action, or the view changes. */
export function isBusy(ctx, blockId, element) {
  return ui.pending[actionKey(ctx, blockId, element)] === versionOf(ctx);
}

function versionOf(ctx) {
  return ctx.hash ?? "as posted";
}

/** Send an action of an element; ask first if it has a confirm object. */
export function act(ctx, blockId, element, value) {
  if (!element.confirm) return send(ctx, blockId, element, value);
  setUi({ confirm: { ...element.confirm, proceed: () => send(ctx, blockId, element, value) } });
  return null;
}

/** Choose a value and, if the element dispatches actions, send the action. */
export function choose(ctx, blockId, element, value) {
  const report = () => {
    setValue(ctx, blockId, element, value);
    if (ctx.reports) send(ctx, blockId, element, { [fieldOf(element)]: value });
  };
  if (element.confirm && ctx.reports) setUi({ confirm: { ...element.confirm, proceed: report } });
  else report();
}

async function send(ctx, blockId, element, value) {
  const key = actionKey(ctx, blockId, element);
  if (isBusy(ctx, blockId, element)) return;
  ui.pending[key] = versionOf(ctx);
  delete ui.actionErrors[key];
  changed();
  const answer = await post("action", {
    container: ctx.container,
    block_id: blockId,
    action_id: element.action_id,
    value,
    state: allValues(ctx),
  });
  if (isBusy(ctx, blockId, element)) delete ui.pending[key];
  if (!answer.ok) ui.actionErrors[key] = answer.message ?? answer.error;
  changed();
}
