/** Admin actions for the current channel. */

import { post } from "../core/api.js";
import { h } from "../core/dom.js";
import { channel, server, setUi, ui } from "../core/store.js";
import { tool } from "./parts.js";

/** The section for the current channel, except direct messages. */
export function channelTools() {
  const one = channel(ui.channel);
  if (!one || one.kind === "im") return null;
  const bot = server.app.bot_user_id;
  const name = server.app.name;
  const archive = () =>
    setUi({
      confirm: {
        title: { text: `Archive #${one.name}?` },
        text: { type: "plain_text", text: "Nobody, and no app, can write in an archived channel." },
        confirm: { text: "Archive" },
        deny: { text: "Cancel" },
        style: "danger",
        proceed: () => post("archive", { channel: one.id }),
      },
    });
  return tool(
    "hash",
    `#${one.name}`,
    h("p", { class: "hint" }, one.app_is_member ? `${name} is a member of this channel.` : `${name} is not a member of this channel.`),
    one.is_archived
      ? h("p", { class: "hint" }, "This channel is archived.")
      : h(
          "div",
          { class: "tool-buttons" },
          one.app_is_member
            ? h("button", { class: "button button-small", type: "button", onclick: () => post("remove", { channel: one.id, user: bot }) }, `Remove ${name}`)
            : h("button", { class: "button button-small", type: "button", onclick: () => post("invite", { channel: one.id, user: bot }) }, `Invite ${name}`),
          h("button", { class: "button button-small", type: "button", onclick: archive }, "Archive channel"),
        ),
  );
}
