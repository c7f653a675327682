/** Blocks with a frame: alerts, containers, cards, tasks. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { changed, ui } from "../core/store.js";
import { element } from "../elements/index.js";
import { link } from "../text/mentions.js";
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

/** A card. */
export function card(block, ctx, id) {
  const reporting = { ...ctx, reports: true };
  return h(
    "div",
    { class: "card" },
    block.hero_image ? h("img", { class: "card-hero", src: block.hero_image.image_url, alt: plain(block.hero_image.alt_text) }) : null,
    h(
      "div",
      { class: "card-main" },
      h(
        "div",
        { class: "card-head" },
        block.icon ? h("img", { class: "container-icon", src: block.icon.image_url, alt: plain(block.icon.alt_text) }) : null,
        h("span", { class: "container-titles" }, block.title ? h("strong", null, textNodes(block.title)) : null, block.subtitle ? h("span", { class: "hint" }, textNodes(block.subtitle)) : null),
      ),
      block.body ? h("div", null, textNodes(block.body)) : null,
      block.actions ? h("div", { class: "actions" }, block.actions.map((one) => element(one, reporting, id))) : null,
    ),
  );
}

/** Cards side by side. */
export function carousel(block, ctx, id) {
  return h("div", { class: "carousel", tabindex: "0", role: "region", "aria-label": "Cards" }, block.elements.map((one, at) => card(one, ctx, one.block_id ?? `${id}-${at}`)));
}

const STATUSES = {
  pending: ["clock", "Pending"],
  in_progress: ["bolt", "In progress"],
  complete: ["success", "Complete"],
  error: ["error", "Error"],
};

/** One task and its status. */
export function taskCard(block) {
  const [name, spoken] = STATUSES[block.status] ?? STATUSES.pending;
  const title = typeof block.title === "string" ? block.title : block.title.text;
  return h(
    "div",
    { class: "card task" },
    h("div", { class: "card-head" }, icon(name, 18), h("strong", null, plain(title)), h("span", { class: "hint" }, spoken)),
    block.details ? richText(block.details) : null,
    block.output ? richText(block.output) : null,
    block.sources?.length ? h("div", { class: "context" }, block.sources.map((one) => link(one.url, one.text ?? one.url))) : null,
  );
}

/** Several tasks under a title. */
export function plan(block) {
  const title = typeof block.title === "string" ? block.title : block.title.text;
  return h("div", { class: "plan" }, h("strong", null, plain(title)), (block.tasks ?? []).map(taskCard));
}
