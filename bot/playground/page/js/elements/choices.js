/** The options of a select menu, in groups. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { channelLabel, server } from "../core/store.js";
import { avatar, channelIcon } from "../frame/marks.js";
import { plain } from "../text/mrkdwn.js";

/**
 * Return the option groups of a select element.
 * @returns {{label: string|null, choices: {id, value, label, note?, mark?}[]}[]}
 */
export function choicesOf(element) {
  const kind = element.type.replace(/^multi_/, "");
  if (kind === "users_select") return [{ label: null, choices: people() }];
  if (kind === "channels_select") return [{ label: null, choices: channels((one) => one.kind === "public") }];
  if (kind === "conversations_select") return [{ label: null, choices: channels(allowedBy(element.filter)) }];
  const groups = element.option_groups ?? [{ label: null, options: element.options ?? [] }];
  return groups.map((group) => ({
    label: group.label ? plain(group.label.text) : null,
    choices: group.options.map((option) => ({
      id: option.value,
      value: option,
      label: plain(option.text.text),
      note: option.description ? plain(option.description.text) : null,
    })),
  }));
}

function people() {
  return server.users
    .filter((one) => !one.is_bot)
    .map((one) => ({ id: one.id, value: one.id, label: one.real_name, note: one.title ?? null, mark: avatar(one, 20) }));
}

function channels(allowed) {
  return server.channels
    .filter((one) => !one.is_archived && allowed(one))
    .map((one) => ({
      id: one.id,
      value: one.id,
      label: channelLabel(one),
      mark: one.kind === "im" ? icon("people", 16) : channelIcon(one, 16),
    }));
}

function allowedBy(filter) {
  const include = filter?.include ?? ["im", "mpim", "public", "private"];
  return (one) => {
    if (one.kind === "im") return include.includes("im") && !filter?.exclude_bot_users;
    if (one.kind === "shared" && filter?.exclude_external_shared_channels) return false;
    return include.includes(one.kind === "private" ? "private" : "public");
  };
}
