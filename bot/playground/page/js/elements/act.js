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
  if (ui.pending[key]) return;
  ui.pending[key] = true;
  delete ui.problems[key];
  changed();
  const answer = await post("action", {
    container: ctx.container,
    block_id: blockId,
    action_id: element.action_id,
    value,
    state: allValues(ctx),
  });
  delete ui.pending[key];
  if (!answer.ok) ui.problems[key] = answer.message ?? answer.error;
  changed();
}
