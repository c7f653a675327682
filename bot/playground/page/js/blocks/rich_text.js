/** The rich_text block. */

import { h } from "../core/dom.js";
import { emoji } from "../text/emoji.js";
import { broadcast, channelMention, dateMention, link, userMention } from "../text/mentions.js";

const PARTS = {
  rich_text_section: (part) => h("div", { class: "rich-section", dir: "auto" }, inlineParts(part.elements)),
  rich_text_preformatted: (part) => h("pre", { class: "fence" }, h("code", null, inlineParts(part.elements))),
  rich_text_quote: (part) => h("blockquote", { dir: "auto" }, inlineParts(part.elements)),
  rich_text_list: richList,
};

/** Nodes for a rich_text block. */
export function richText(block) {
  return h("div", { class: "rich-text" }, block.elements.map((part) => PARTS[part.type]?.(part) ?? unsupported(part.type)));
}

function richList(part) {
  const tag = part.style === "ordered" ? "ol" : "ul";
  const indent = part.indent ?? 0;
  const items = part.elements.map((item) => h("li", null, inlineParts(item.elements)));
  return h(tag, { class: `list list-indent-${indent}`, start: part.offset ? part.offset + 1 : null }, items);
}

const INLINE = {
  text: (one) => withBreaks(one.text),
  link: (one) => link(one.url, one.text || one.url),
  user: (one) => userMention(one.user_id, null),
  channel: (one) => channelMention(one.channel_id, null),
  usergroup: (one) => broadcast(`subteam^${one.usergroup_id}`, null),
  broadcast: (one) => broadcast(one.range, null),
  emoji: (one) => emoji(one.name) ?? `:${one.name}:`,
  date: (one) => dateMention(`!date^${one.timestamp}^${one.format}${one.url ? `^${one.url}` : ""}`, one.fallback),
  color: (one) => h("span", { class: "colour" }, h("span", { class: "swatch", style: { background: one.value } }), one.value),
  team: (one) => one.team_id,
};

function withBreaks(text) {
  return text.split("\n").flatMap((line, at) => [at ? h("br", null) : null, line]);
}

function inlineParts(elements) {
  return elements.map((one) => {
    const make = INLINE[one.type];
    return make ? styled(make(one), one.style) : unsupported(one.type);
  });
}

function styled(node, style = {}) {
  let result = node;
  if (style.code) result = h("code", { class: "inline-code" }, result);
  if (style.bold) result = h("strong", null, result);
  if (style.italic) result = h("em", null, result);
  if (style.strike) result = h("s", null, result);
  if (style.underline) result = h("u", null, result);
  if (style.highlight || style.client_highlight) result = h("mark", null, result);
  return result;
}

function unsupported(type) {
  return h("span", { class: "unsupported" }, `Unsupported rich text: ${type}`);
}
