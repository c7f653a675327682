/**
 * Input values: one state per container, block_id and action_id, in the format of
 * Slack's `view.state.values`. Precedence: typed in this page, stored in the workspace,
 * initial value of the element.
 */

import { changed, composed, ui } from "../core/store.js";

const FIELD = {
  plain_text_input: "value",
  email_text_input: "value",
  url_text_input: "value",
  number_input: "value",
  rich_text_input: "rich_text_value",
  static_select: "selected_option",
  radio_buttons: "selected_option",
  multi_static_select: "selected_options",
  checkboxes: "selected_options",
  users_select: "selected_user",
  multi_users_select: "selected_users",
  conversations_select: "selected_conversation",
  multi_conversations_select: "selected_conversations",
  channels_select: "selected_channel",
  multi_channels_select: "selected_channels",
  datepicker: "selected_date",
  timepicker: "selected_time",
  datetimepicker: "selected_date_time",
  file_input: "files",
};

const INITIAL = {
  value: "initial_value",
  rich_text_value: "initial_value",
  selected_option: "initial_option",
  selected_options: "initial_options",
  selected_user: "initial_user",
  selected_users: "initial_users",
  selected_conversation: "initial_conversation",
  selected_conversations: "initial_conversations",
  selected_channel: "initial_channel",
  selected_channels: "initial_channels",
  selected_date: "initial_date",
  selected_time: "initial_time",
  selected_date_time: "initial_date_time",
};

const LISTS = new Set(["selected_options", "selected_users", "selected_conversations", "selected_channels", "files"]);

/** The key of this element's value in a state, or undefined for a button. */
export function fieldOf(element) {
  return FIELD[element.type];
}

/** The current value of this element: a string, an option, a list, or null. */
export function valueOf(ctx, blockId, element) {
  const field = fieldOf(element);
  const typed = ui.values[ctx.key]?.[blockId]?.[element.action_id];
  if (typed) return typed[field];
  const kept = ctx.serverValues?.[blockId]?.[element.action_id]?.[field];
  if (kept !== undefined && kept !== null) return kept;
  return initialOf(element, field);
}

function initialOf(element, field) {
  if (field === "selected_conversation" && element.default_to_current_conversation) {
    return element.initial_conversation ?? ui.channel;
  }
  return element[INITIAL[field]] ?? (LISTS.has(field) ? [] : null);
}

/** Store a value and remove the error at this field. */
export function setValue(ctx, blockId, element, value) {
  const container = (ui.values[ctx.key] ??= {});
  const block = (container[blockId] ??= {});
  block[element.action_id] = { type: element.type, [fieldOf(element)]: value };
  if (ui.fieldErrors[ctx.key]?.[blockId]) delete ui.fieldErrors[ctx.key][blockId];
  if (ctx.container.type === "view") composed();
  else changed();
}

/** Every interactive or input element of these blocks, with its block. */
export function elementsOf(blocks) {
  const found = [];
  for (const [index, block] of blocks.entries()) {
    const id = blockIdOf(block, index);
    const inside = [block.element, block.accessory, ...(block.elements ?? [])];
    for (const element of inside) if (element?.action_id) found.push({ block, blockId: id, element });
    if (block.child_blocks) found.push(...elementsOf(block.child_blocks));
  }
  return found;
}

/** A block's id; the workspace assigns one to every block, the index is only a fallback. */
export function blockIdOf(block, index) {
  return block.block_id ?? `block-${index}`;
}

/** The state of all elements in Slack's format; empty values are null, never "". */
export function allValues(ctx) {
  const values = {};
  for (const { blockId, element } of elementsOf(ctx.blocks)) {
    const field = fieldOf(element);
    if (!field) continue;
    const value = valueOf(ctx, blockId, element);
    (values[blockId] ??= {})[element.action_id] = { type: element.type, [field]: value === "" ? null : value };
  }
  return values;
}

/**
 * Adapt the values to a view that the app changed: keep those with the same block_id and
 * action_id, drop all others (docs.slack.dev/reference/views/modal-views).
 */
export function keepUp(view) {
  const key = `view:${view.id}`;
  if (ui.hashes[key] === view.hash) return;
  ui.hashes[key] = view.hash;
  delete ui.fieldErrors[key];
  delete ui.actionErrors[key];
  const before = ui.values[key];
  if (!before) return;
  const after = {};
  for (const { blockId, element } of elementsOf(view.blocks)) {
    const kept = before[blockId]?.[element.action_id];
    if (kept?.type === element.type) (after[blockId] ??= {})[element.action_id] = kept;
  }
  ui.values[key] = after;
}

/** Drop the values of closed views. */
export function forgetClosed(openIds) {
  for (const key of Object.keys(ui.values)) {
    if (key.startsWith("view:") && !openIds.has(key.slice("view:".length))) {
      delete ui.values[key];
      delete ui.hashes[key];
      delete ui.fieldErrors[key];
    }
  }
}
