/** Renders blocks: the table of block types. */

import { h } from "../core/dom.js";
import { element } from "../elements/index.js";
import { blockIdOf } from "../elements/values.js";
import { textNodes, plain } from "../text/mrkdwn.js";
import { markdown } from "../text/markdown.js";
import { alert, container } from "./boxes.js";
import { inputBlock } from "./input.js";
import { imageBlock } from "./media.js";
import { richText } from "./rich_text.js";
import { table } from "./table.js";

const BLOCKS = {
  header: (block, ctx) => h(ctx.heading ?? "h3", { class: "block-header" }, plain(block.text.text)),
  section,
  divider: () => h("hr", { class: "block-divider" }),
  context,
  context_actions: actions,
  actions,
  input: inputBlock,
  image: imageBlock,
  rich_text: richText,
  markdown: (block) => h("div", { class: "block-markdown" }, markdown(block.text)),
  table,
  alert,
  container: (block, ctx, id) => container(block, ctx, id, renderBlocks),
};

/**
 * Nodes for a list of blocks.
 * @param {object} ctx `key` and `container` of the message or view; `blocks`; `serverValues`;
 *   `errors` by block_id; `submit()` in a modal; `heading`: the tag of header blocks
 */
export function renderBlocks(blocks, ctx) {
  return blocks.map((block, index) => {
    const id = blockIdOf(block, index);
    const make = BLOCKS[block.type];
    const body = make
      ? make(block, ctx, id)
      : h("div", { class: "unsupported", role: "note" }, `Unsupported block: ${block.type}`);
    return h("div", { class: `block block-of-${block.type}`, key: id, "data-block-id": id }, body);
  });
}

function section(block, ctx, id) {
  const reporting = { ...ctx, reports: true };
  return h(
    "div",
    { class: "section" },
    h(
      "div",
      { class: "section-main" },
      block.text ? h("div", { class: "section-text" }, textNodes(block.text)) : null,
      block.fields ? h("div", { class: "section-fields" }, block.fields.map((field) => h("div", { class: "section-field" }, textNodes(field)))) : null,
    ),
    block.accessory ? h("div", { class: "section-accessory" }, element(block.accessory, reporting, id)) : null,
  );
}

function context(block) {
  return h(
    "div",
    { class: "context" },
    block.elements.map((one) =>
      one.type === "image"
        ? h("img", { class: "context-image", src: one.image_url, alt: plain(one.alt_text) })
        : h("span", { class: "context-text" }, textNodes(one)),
    ),
  );
}

function actions(block, ctx, id) {
  const reporting = { ...ctx, reports: true };
  return h("div", { class: "actions" }, block.elements.map((one) => element(one, reporting, id)));
}
