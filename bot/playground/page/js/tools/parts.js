/** Parts of the drawer's sections. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";

/** One section of the drawer. */
export function tool(iconName, title, ...children) {
  return h("section", { class: "tool", key: title }, h("h3", null, icon(iconName, 18), title), children);
}

/** A labelled field of the drawer. */
export function labelled(label, field) {
  return h("label", { class: "tool-field" }, h("span", null, label), field);
}
