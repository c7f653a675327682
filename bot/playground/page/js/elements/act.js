/** Sending an action to the app, with the confirmation that may come first. */

import { post } from "../core/api.js";
import { changed, setUi, ui } from "../core/store.js";
import { allValues, fieldOf, setValue } from "./values.js";

/** The key under which an element's waiting and trouble are kept. */
export function actionKey(ctx, blockId, element) {
  return `${ctx.key}/${blockId}/${element.action_id}`;
}

/** The same for one place on the page: a thread shows its first message a second time. */
export function placeKey(ctx, blockId, element) {
  return `${actionKey(ctx, blockId, element)}${ctx.place ?? ""}`;
}

/** True while the app has not answered this element's last use; a changed view starts anew. */
export function isBusy(ctx, blockId, element) {
  return ui.pending[actionKey(ctx, blockId, element)] === versionOf(ctx);
}

function versionOf(ctx) {
  return ctx.hash ?? "as posted";
}

/** Tell the app that an element was used; ask first when it has a confirm object. */
export function act(ctx, blockId, element, value) {
  if (!element.confirm) return send(ctx, blockId, element, value);
  setUi({ confirm: { ...element.confirm, proceed: () => send(ctx, blockId, element, value) } });
  return null;
}

/** Choose a value and, where the element reports each choice, tell the app. */
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
  delete ui.problems[key];
  changed();
  const answer = await post("action", {
    container: ctx.container,
    block_id: blockId,
    action_id: element.action_id,
    value,
    state: allValues(ctx),
  });
  if (isBusy(ctx, blockId, element)) delete ui.pending[key];
  if (!answer.ok) ui.problems[key] = answer.message ?? answer.error;
  changed();
}
