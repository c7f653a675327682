/** The table block. The first row is the heading. */

import { h } from "../core/dom.js";
import { withEmoji } from "../text/emoji.js";
import { textNodes } from "../text/mrkdwn.js";
import { richText } from "./rich_text.js";

function cell(given) {
  if (given === null || given === undefined) return [];
  if (given.type === "rich_text") return richText(given);
  if (given.type === "plain_text" || given.type === "mrkdwn") return textNodes(given);
  return withEmoji(String(given.text ?? ""));
}

function row(cells, tag, settings) {
  return h(
    "tr",
    null,
    cells.map((one, column) => {
      const { align = "left", is_wrapped: wrapped = false } = settings[column] ?? {};
      const props = { style: { "text-align": align }, class: wrapped ? "is-wrapped" : null, scope: tag === "th" ? "col" : null };
      return h(tag, props, cell(one));
    }),
  );
}

/** A table block. */
export function table(block) {
  const [head, ...body] = block.rows;
  const settings = block.column_settings ?? [];
  return h(
    "div",
    { class: "table-wrap", tabindex: "0", role: "group", "aria-label": "Table" },
    h(
      "table",
      { class: "table" },
      h("thead", null, row(head, "th", settings)),
      h("tbody", null, body.map((cells) => row(cells, "td", settings))),
    ),
  );
}
