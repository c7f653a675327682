/** Renders the element of a block by its type. */

import { h } from "../core/dom.js";
import { plain } from "../text/mrkdwn.js";
import { button, feedbackButtons, iconButton, overflow } from "./button.js";
import { fileField, pickField, richField, textField, typedField } from "./fields.js";
import { checkboxes, radioButtons } from "./options.js";
import { select } from "./select.js";

const ELEMENTS = {
  button,
  overflow,
  feedback_buttons: feedbackButtons,
  icon_button: iconButton,
  plain_text_input: textField,
  email_text_input: typedField,
  url_text_input: typedField,
  number_input: typedField,
  rich_text_input: richField,
  datepicker: pickField,
  timepicker: pickField,
  datetimepicker: pickField,
  file_input: fileField,
  radio_buttons: radioButtons,
  checkboxes,
  image: (element) => h("img", { class: "accessory-image", src: element.image_url, alt: plain(element.alt_text) }),
};

/**
 * Nodes for one element.
 * @param {object} field in an input block: `id`, `labelledBy`, `describedBy`, `invalid`, `optional`
 */
export function element(given, ctx, blockId, field = {}) {
  if (/select$/.test(given.type)) return select(given, ctx, blockId, field);
  const make = ELEMENTS[given.type];
  if (make) return make(given, ctx, blockId, field);
  return h("span", { class: "unsupported" }, `Unsupported element: ${given.type}`);
}
