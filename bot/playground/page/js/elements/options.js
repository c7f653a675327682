/** Radio buttons and checkboxes. */

import { h } from "../core/dom.js";
import { textNodes } from "../text/mrkdwn.js";
import { actionKey, choose, placeKey } from "./act.js";
import { actionError } from "./button.js";
import { valueOf } from "./values.js";

function group(role, element, ctx, blockId, field, options) {
  const key = actionKey(ctx, blockId, element);
  return h(
    "div",
    {
      class: "options",
      role,
      id: field.id ?? null,
      "aria-labelledby": field.labelledBy ?? null,
      "aria-describedby": field.describedBy ?? null,
      "aria-invalid": field.invalid ? "true" : null,
      "aria-required": role === "radiogroup" && field.labelledBy && !field.optional ? "true" : null,
    },
    options,
    actionError(key),
  );
}

function option(type, given, name, checked, onchange) {
  return h(
    "label",
    { class: "option", key: `option-${given.value}` },
    h("input", { type, name, value: given.value, checked, onchange }),
    h(
      "span",
      { class: "option-text" },
      textNodes(given.text),
      given.description ? h("span", { class: "option-note" }, textNodes(given.description)) : null,
    ),
  );
}

/** radio_buttons */
export function radioButtons(element, ctx, blockId, field = {}) {
  const held = valueOf(ctx, blockId, element);
  const name = placeKey(ctx, blockId, element);
  const options = element.options.map((one) =>
    option("radio", one, name, held?.value === one.value, () => choose(ctx, blockId, element, one)),
  );
  return group("radiogroup", element, ctx, blockId, field, options);
}

/** checkboxes */
export function checkboxes(element, ctx, blockId, field = {}) {
  const held = valueOf(ctx, blockId, element);
  const name = placeKey(ctx, blockId, element);
  const isHeld = (one) => held.some((other) => other.value === one.value);
  const toggled = (one, on) => element.options.filter((other) => (other.value === one.value ? on : isHeld(other)));
  const options = element.options.map((one) =>
    option("checkbox", one, name, isHeld(one), (event) => choose(ctx, blockId, element, toggled(one, event.target.checked))),
  );
  return group("group", element, ctx, blockId, field, options);
}
