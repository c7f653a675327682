/** Renders standard Markdown, for the `markdown` block. */

import { h } from "../core/dom.js";
import { withEmoji } from "./emoji.js";
import { broadcast, channelMention, link, userMention } from "./mentions.js";

const FENCE = /^\s*```\s*(\S*)\s*$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const QUOTE = /^\s*>\s?(.*)$/;
const TABLE_LINE = /^\s*\|?[\s:|-]*-[\s:|-]*$/;

/** Nodes for a whole Markdown text. */
export function markdown(text) {
  return blocks(text.split("\n"));
}

function blocks(lines) {
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    const [node, used] = blockAt(lines, at);
    if (node) nodes.push(node);
    at += used;
  }
  return nodes;
}

function blockAt(lines, at) {
  const line = lines[at];
  if (!line.trim()) return [null, 1];
  if (FENCE.test(line)) return fence(lines, at);
  const heading = HEADING.exec(line);
  if (heading) return [h(`h${Math.min(6, heading[1].length + 2)}`, { class: `md-h${heading[1].length}` }, span(heading[2])), 1];
  if (RULE.test(line)) return [h("hr", null), 1];
  if (QUOTE.test(line)) return quote(lines, at);
  if (ITEM.test(line)) return list(lines, at);
  if (line.includes("|") && TABLE_LINE.test(lines[at + 1] ?? "")) return table(lines, at);
  return paragraph(lines, at);
}

function fence(lines, at) {
  let end = at + 1;
  while (end < lines.length && !FENCE.test(lines[end])) end += 1;
  const code = lines.slice(at + 1, end).join("\n");
  return [h("pre", { class: "fence" }, h("code", null, code)), end - at + 1];
}

function quote(lines, at) {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  const inner = lines.slice(at, end).map((line) => QUOTE.exec(line)[1]);
  return [h("blockquote", null, blocks(inner)), end - at];
}

function list(lines, at) {
  const [, indent, mark] = ITEM.exec(lines[at]);
  const ordered = /\d/.test(mark);
  const items = [];
  let end = at;
  while (end < lines.length) {
    const found = ITEM.exec(lines[end]);
    if (found && found[1].length <= indent.length + 1) items.push({ text: found[3], nested: [] });
    else if (lines[end].trim() && items.length && /^\s/.test(lines[end])) items.at(-1).nested.push(lines[end]);
    else break;
    end += 1;
  }
  const start = ordered ? Number.parseInt(mark, 10) : null;
  const nodes = items.map((item) => h("li", null, task(item.text), item.nested.length ? blocks(dedent(item.nested)) : null));
  return [h(ordered ? "ol" : "ul", { class: "list", start: start > 1 ? start : null }, nodes), end - at];
}

function dedent(lines) {
  const margin = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(margin));
}

function task(text) {
  const found = /^\[([ xX])\]\s+(.*)$/.exec(text);
  if (!found) return span(text);
  return [found[1] === " " ? "☐ " : "☑ ", ...span(found[2])];
}

function table(lines, at) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const align = cells(lines[at + 1]).map((cell) => {
    if (cell.endsWith(":")) return cell.startsWith(":") ? "center" : "right";
    return "left";
  });
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  const row = (line, tag) => h("tr", null, cells(line).map((cell, column) => h(tag, { style: { "text-align": align[column] ?? "left" } }, span(cell))));
  const body = lines.slice(at + 2, end).map((line) => row(line, "td"));
  const node = h("div", { class: "table-wrap" }, h("table", { class: "table" }, h("thead", null, row(lines[at], "th")), h("tbody", null, body)));
  return [node, end - at];
}

function paragraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !startsBlock(lines[end])) end += 1;
  const nodes = lines.slice(at, end).flatMap((line, index) => [index ? h("br", null) : null, ...span(line.trim())]);
  return [h("p", { dir: "auto" }, nodes), end - at];
}

function startsBlock(line) {
  return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line) || ITEM.test(line);
}

const SPANS = [
  [/^\\([\\`*_{}[\]()#+.!~|>-])/, (found) => found[1]],
  [/^`([^`]+)`/, (found) => h("code", { class: "inline-code" }, found[1])],
  [/^!?\[([^\]]*)\]\(([^)\s]+)(?:\s+"[^"]*")?\)/, (found) => link(found[2], span(found[1]))],
  [/^\*\*(?=\S)(.+?\S|\S)\*\*/, (found) => h("strong", null, span(found[1]))],
  [/^__(?=\S)(.+?)__(?!\w)/, (found) => h("strong", null, span(found[1]))],
  [/^~~(.+?)~~/, (found) => h("s", null, span(found[1]))],
  [/^\*(?=\S)([^*]*[^*\s])\*/, (found) => h("em", null, span(found[1]))],
  [/^_(?=\S)([^_]*[^_\s])_(?!\w)/, (found) => h("em", null, span(found[1]))],
  [/^<@(\w+)(?:\|[^>]*)?>/, (found) => userMention(found[1], null)],
  [/^<#(\w+)(?:\|([^>]*))?>/, (found) => channelMention(found[1], found[2] ?? null)],
  [/^<!(here|channel|everyone)[^>]*>/, (found) => broadcast(found[1], null)],
  [/^<?(https?:\/\/[^\s<>)]*[^\s<>).,;:!?])>?/, (found) => link(found[1], found[1])],
];

/** Nodes for Markdown inside one line. */
function span(text) {
  const nodes = [];
  let pending = "";
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const hit = firstSpan(rest, text[at - 1]);
    if (hit) {
      if (pending) nodes.push(withEmoji(pending));
      pending = "";
      nodes.push(hit.node);
      at += hit.length;
    } else {
      pending += text[at];
      at += 1;
    }
  }
  if (pending) nodes.push(withEmoji(pending));
  return nodes;
}

function firstSpan(rest, before) {
  const inWord = before !== undefined && /\w/.test(before);
  for (const [pattern, make] of SPANS) {
    if (inWord && /^[_h]/.test(rest)) continue;
    const found = pattern.exec(rest);
    if (found) return { node: make(found), length: found[0].length };
  }
  return null;
}
