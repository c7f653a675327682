/** The input block: label, element, hint, error. */

import { domId, h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { element } from "../elements/index.js";
import { plain } from "../text/mrkdwn.js";

/** An input block with its error, `ctx.errors[block_id]`. */
export function inputBlock(block, ctx, id) {
  const error = ctx.errors?.[id];
  const base = domId(`${ctx.key}-${id}${ctx.place ?? ""}`);
  const describedBy = [error && `${base}-error`, block.hint && `${base}-hint`].filter(Boolean).join(" ");
  const field = {
    id: `${base}-field`,
    labelledBy: `${base}-label`,
    describedBy: describedBy || null,
    invalid: Boolean(error),
    optional: Boolean(block.optional),
  };
  const reporting = { ...ctx, reports: Boolean(block.dispatch_action) };
  return h(
    "div",
    { class: `input${error ? " has-error" : ""}` },
    h(
      "label",
      { class: "input-label", id: `${base}-label`, for: `${base}-field` },
      plain(block.label.text),
      block.optional ? h("span", { class: "input-optional" }, " (optional)") : null,
    ),
    element(block.element, reporting, id, field),
    error ? h("div", { class: "input-error", id: `${base}-error`, role: "alert" }, icon("warning", 16), error) : null,
    block.hint ? h("div", { class: "hint", id: `${base}-hint` }, plain(block.hint.text)) : null,
  );
}
