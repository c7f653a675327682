/**
 * What is typed and chosen: one state per container, block_id and action_id, in the shape of
 * Slack's `view.state.values`. The order of belief: what this page saw typed, what the
 * workspace kept, what the element starts with.
 */

import { changed, composed, ui } from "../core/store.js";

const FIELD = {
  plain_text_input: "value",
  email_text_input: "value",
  url_text_input: "value",
  number_input: "value",
  rich_text_input: "rich_text_value",
  static_select: "selected_option",
  external_select: "selected_option",
  radio_buttons: "selected_option",
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
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

/** The name of the field that holds this element's value in a state, or undefined for a button. */
export function fieldOf(element) {
  return FIELD[element.type];
}

/** What this element holds now: a string, an option, a list, or null. */
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

/** Remember what was typed or chosen, and take back the error that stood at this field. */
export function setValue(ctx, blockId, element, value) {
  const container = (ui.values[ctx.key] ??= {});
  const block = (container[blockId] ??= {});
  block[element.action_id] = { type: element.type, [fieldOf(element)]: value };
  if (ui.fieldErrors[ctx.key]?.[blockId]) delete ui.fieldErrors[ctx.key][blockId];
  if (ctx.container.type === "view") composed();
  else changed();
}

/** Every interactive or input element of these blocks with the block it stands in. */
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

/** A block's id; the workspace gives one to every block, so the index is only a last resort. */
export function blockIdOf(block, index) {
  return block.block_id ?? `block-${index}`;
}

/** The state of all elements in Slack's shape; what is empty is null, never "". */
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
 * Keep up with a view that the app changed: values stay where block_id and action_id stayed,
 * all others are forgotten (docs.slack.dev/reference/views/modal-views).
 */
export function keepUp(view) {
  const key = `view:${view.id}`;
  if (ui.hashes[key] === view.hash) return;
  ui.hashes[key] = view.hash;
  delete ui.fieldErrors[key];
  delete ui.problems[key];
  const before = ui.values[key];
  if (!before) return;
  const after = {};
  for (const { blockId, element } of elementsOf(view.blocks)) {
    const kept = before[blockId]?.[element.action_id];
    if (kept?.type === element.type) (after[blockId] ??= {})[element.action_id] = kept;
  }
  ui.values[key] = after;
}

/** Forget what was typed in views that are gone. */
export function forgetClosed(openIds) {
  for (const key of Object.keys(ui.values)) {
    if (key.startsWith("view:") && !openIds.has(key.slice("view:".length))) {
      delete ui.values[key];
      delete ui.hashes[key];
      delete ui.fieldErrors[key];
    }
  }
}
