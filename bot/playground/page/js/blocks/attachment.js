/** Attachments: blocks or the older fields beside a coloured bar. */

import { h } from "../core/dom.js";
import { link } from "../text/mentions.js";
import { mrkdwn, plain } from "../text/mrkdwn.js";
import { renderBlocks } from "./index.js";

const NAMED = { good: "#007a5a", warning: "#daa038", danger: "#c01343" };

/** One attachment of a message. */
export function attachment(given, ctx) {
  const colour = NAMED[given.color] ?? (/^#?[0-9a-f]{6}$/i.test(given.color ?? "") ? `#${given.color.replace("#", "")}` : "#dcdbe0");
  return h(
    "div",
    { class: "attachment" },
    given.pretext ? h("div", null, mrkdwn(given.pretext)) : null,
    h("div", { class: "attachment-body", style: { "border-color": colour } }, given.blocks?.length ? renderBlocks(given.blocks, { ...ctx, blocks: given.blocks }) : older(given)),
  );
}

function older(given) {
  return [
    given.author_name ? h("div", { class: "hint" }, plain(given.author_name)) : null,
    given.title ? h("div", null, h("strong", null, given.title_link ? link(given.title_link, plain(given.title)) : plain(given.title))) : null,
    h("div", null, mrkdwn(given.text ?? (given.title ? "" : given.fallback ?? ""))),
    given.fields?.length
      ? h("div", { class: "section-fields" }, given.fields.map((field) => h("div", { class: "section-field" }, h("strong", null, plain(field.title)), mrkdwn(field.value ?? ""))))
      : null,
    given.image_url ? h("img", { class: "attachment-image", src: given.image_url, alt: given.fallback ?? "" }) : null,
    given.footer ? h("div", { class: "hint" }, plain(given.footer)) : null,
  ];
}
