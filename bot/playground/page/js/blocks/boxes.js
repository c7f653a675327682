/** Blocks with a frame: alerts and containers. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { changed, ui } from "../core/store.js";
import { plain, textNodes } from "../text/mrkdwn.js";
import { richText } from "./rich_text.js";

const ALERTS = {
  default: ["info", "Note"],
  info: ["info", "Information"],
  warning: ["warning", "Warning"],
  error: ["error", "Error"],
  success: ["success", "Success"],
};

/** An alert: the level is in the icon and its label, not only in the colour. */
export function alert(block) {
  const level = block.level ?? "default";
  const [name, spoken] = ALERTS[level] ?? ALERTS.default;
  return h(
    "div",
    { class: `alert alert-${level}`, role: "note", "aria-label": spoken },
    icon(name, 20),
    h("div", { class: "alert-text" }, textNodes(block.text)),
  );
}

/** A container of blocks with a heading, collapsible if the app allows it. */
export function container(block, ctx, id, renderBlocks) {
  const key = `${ctx.key}/${id}`;
  const folds = Boolean(block.is_collapsible);
  const folded = folds && (ui.collapsed[key] ?? Boolean(block.default_collapsed));
  const toggle = () => {
    ui.collapsed[key] = !folded;
    changed();
  };
  const title = block.rich_text_title ? richText(block.rich_text_title) : plain(block.title?.text);
  const heading = [
    block.icon ? h("img", { class: "container-icon", src: block.icon.image_url, alt: plain(block.icon.alt_text) }) : null,
    h("span", { class: "container-titles" }, h("strong", null, title), block.subtitle ? h("span", { class: "hint" }, textNodes(block.subtitle)) : null),
  ];
  return h(
    "section",
    { class: `container container-${block.width ?? "standard"}${block.has_header_divider ? " has-rule" : ""}` },
    folds
      ? h("button", { class: "container-head", type: "button", "aria-expanded": String(!folded), onclick: toggle }, heading, icon(folded ? "chevronRight" : "chevronDown", 16))
      : h("div", { class: "container-head" }, heading),
    folded ? null : h("div", { class: "container-body" }, renderBlocks(block.child_blocks, ctx)),
  );
}
