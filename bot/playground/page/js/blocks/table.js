/** The table and data_table blocks. The first row is the heading. */

import { h } from "../core/dom.js";
import { withEmoji } from "../text/emoji.js";
import { textNodes } from "../text/mrkdwn.js";
import { richText } from "./rich_text.js";

function cell(given) {
  if (given === null || given === undefined) return [];
  if (given.type === "rich_text") return richText(given);
  if (given.type === "plain_text" || given.type === "mrkdwn") return textNodes(given);
  if (given.type === "raw_number") return String(given.text ?? given.value ?? given.number ?? "");
  return withEmoji(String(given.text ?? ""));
}

function row(cells, tag, settings) {
  return h(
    "tr",
    null,
    cells.map((one, column) => {
      const numeric = one?.type === "raw_number" ? "right" : "left";
      const { align = numeric, is_wrapped: wrapped = false } = settings[column] ?? {};
      const props = { style: { "text-align": align }, class: wrapped ? "is-wrapped" : null, scope: tag === "th" ? "col" : null };
      return h(tag, props, cell(one));
    }),
  );
}

function grid(rows, settings, caption) {
  const [head, ...body] = rows;
  return h(
    "div",
    { class: "table-wrap", tabindex: "0", role: "group", "aria-label": caption ?? "Table" },
    h(
      "table",
      { class: "table" },
      caption ? h("caption", null, caption) : null,
      h("thead", null, row(head, "th", settings)),
      h("tbody", null, body.map((cells) => row(cells, "td", settings))),
    ),
  );
}

/** A table block. */
export function table(block) {
  return grid(block.rows, block.column_settings ?? [], null);
}

/** A data_table block, all of its pages at once. */
export function dataTable(block) {
  const caption = typeof block.caption === "string" ? block.caption : block.caption?.text;
  return grid(block.rows, block.column_settings ?? [], caption ?? null);
}
