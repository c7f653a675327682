/**
 * Renders Slack's mrkdwn. Rules from docs.slack.dev/messaging/formatting-message-text:
 * only &amp; &lt; &gt; are decoded; <…> holds links and mentions; *bold* _italic_ ~strike~
 * `code` need a boundary on both sides; ``` fences and > quotes span lines.
 */

import { h } from "../core/dom.js";
import { withEmoji } from "./emoji.js";
import { broadcast, channelMention, dateMention, link, userMention } from "./mentions.js";

/** Decode the three entities that Slack decodes. */
export function decode(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

/** The displayed text of a plain_text object. */
export function plain(text, emojiOn = true) {
  const decoded = decode(text ?? "");
  return emojiOn ? withEmoji(decoded) : decoded;
}

/** Nodes for a text object of either type, or for a mrkdwn string. */
export function textNodes(text) {
  if (text === null || text === undefined) return [];
  if (typeof text === "string") return mrkdwn(text);
  if (text.type === "mrkdwn") return mrkdwn(text.text, { verbatim: text.verbatim });
  return [h("span", { class: "plain", dir: "auto" }, plain(text.text, text.emoji !== false))];
}

/** Nodes for a mrkdwn string. */
export function mrkdwn(text, { verbatim = false } = {}) {
  return withFences(String(text ?? ""), verbatim);
}

function withFences(text, verbatim) {
  const nodes = [];
  const fence = /```\n?([\s\S]+?)\n?```\n?/g;
  let from = 0;
  for (const found of text.matchAll(fence)) {
    nodes.push(...lines(text.slice(from, found.index), verbatim));
    nodes.push(h("pre", { class: "fence" }, h("code", null, codeText(found[1]))));
    from = found.index + found[0].length;
  }
  return [...nodes, ...lines(text.slice(from), verbatim)];
}

function codeText(text) {
  return decode(text.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, target, label) => label || target));
}

function lines(text, verbatim) {
  const nodes = [];
  let quote = [];
  let body = [];
  const flushQuote = () => {
    if (quote.length) nodes.push(h("blockquote", { dir: "auto" }, inlineLines(quote, verbatim)));
    quote = [];
  };
  const flushBody = () => {
    if (body.some((line) => line !== "") || body.length > 1) {
      nodes.push(h("div", { class: "lines", dir: "auto" }, inlineLines(body, verbatim)));
    }
    body = [];
  };
  for (const line of String(text).split("\n")) {
    const quoted = /^(?:&gt;|>)(?!&gt;|>)\s?(.*)$/.exec(line) ?? /^(?:&gt;|>){3}\s?(.*)$/.exec(line);
    if (quoted) {
      flushBody();
      quote.push(quoted[1]);
    } else {
      flushQuote();
      body.push(line);
    }
  }
  flushQuote();
  flushBody();
  return nodes;
}

function inlineLines(all, verbatim) {
  return all.flatMap((line, at) => [at ? h("br", null) : null, ...inline(line, verbatim)]);
}

const MARKS = { "*": "strong", _: "em", "~": "s" };
const BARE_URL = /^https?:\/\/[^\s<>|]*[^\s<>|.,;:!?'")\]}]/;

/** Nodes for one line. */
export function inline(line, verbatim = false) {
  const nodes = [];
  let plainFrom = 0;
  let at = 0;
  const flush = () => {
    if (at > plainFrom) nodes.push(withEmoji(decode(line.slice(plainFrom, at))));
  };
  while (at < line.length) {
    const found = tokenAt(line, at, verbatim);
    if (!found) {
      at += 1;
      continue;
    }
    flush();
    nodes.push(found.node);
    at += found.length;
    plainFrom = at;
  }
  flush();
  return nodes;
}

function tokenAt(line, at, verbatim) {
  const here = line[at];
  if (here === "<") return angle(line.slice(at));
  if (here === "`") return code(line.slice(at));
  if (here in MARKS && opens(line, at)) return marked(line, at, verbatim);
  if (here === "h" && !verbatim && boundary(line[at - 1])) return bareUrl(line.slice(at));
  return null;
}

function bareUrl(rest) {
  const found = BARE_URL.exec(rest);
  return found && { node: link(decode(found[0]), decode(found[0])), length: found[0].length };
}

function code(rest) {
  const found = /^`([^`]+)`/.exec(rest);
  return found && { node: h("code", { class: "inline-code" }, codeText(found[1])), length: found[0].length };
}

function boundary(character) {
  return character === undefined || !/[\p{L}\p{N}]/u.test(character);
}

function opens(line, at) {
  const next = line[at + 1];
  return boundary(line[at - 1]) && next !== undefined && next !== line[at] && !/\s/.test(next);
}

function marked(line, at, verbatim) {
  const mark = line[at];
  for (let end = line.indexOf(mark, at + 2); end !== -1; end = line.indexOf(mark, end + 1)) {
    if (/\s/.test(line[end - 1]) || !boundary(line[end + 1])) continue;
    const inside = line.slice(at + 1, end);
    if (unbalanced(inside)) continue;
    return { node: h(MARKS[mark], null, inline(inside, verbatim)), length: end - at + 1 };
  }
  return null;
}

function unbalanced(text) {
  const count = (character) => text.split(character).length - 1;
  return count("`") % 2 === 1 || count("<") !== count(">");
}

function angle(rest) {
  const found = /^<([^<>]+)>/.exec(rest);
  if (!found) return null;
  const [target, label] = split(found[1]);
  const node = angleNode(target, label);
  return node && { node, length: found[0].length };
}

function split(text) {
  const bar = text.indexOf("|");
  return bar === -1 ? [text, null] : [text.slice(0, bar), text.slice(bar + 1)];
}

function angleNode(target, label) {
  if (target.startsWith("@")) return userMention(target.slice(1), label && decode(label));
  if (target.startsWith("#")) return channelMention(target.slice(1), label && decode(label));
  if (target.startsWith("!date^")) return dateMention(target, label && decode(label));
  if (target.startsWith("!")) return broadcast(target.slice(1), label && decode(label));
  if (/^(https?:|mailto:|tel:|slack:)/i.test(target)) {
    return link(decode(target), withEmoji(decode(label || target.replace(/^mailto:/, ""))));
  }
  return null;
}
