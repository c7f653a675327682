/** The "Workspace tools" drawer: clock, channel, faults, rejected requests. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { server, setUi, ui } from "../core/store.js";
import { channelTools } from "./channel.js";
import { clockTools } from "./clock.js";
import { faultTools } from "./faults.js";
import { tool } from "./parts.js";
import { rejectionTools } from "./rejections.js";

/** The drawer, if it is open. */
export function drawer() {
  if (!ui.tools) return null;
  return h(
    "aside",
    { class: "tools", key: "tools", "aria-label": "Workspace tools" },
    h(
      "header",
      { class: "side-head" },
      h("h2", null, "Workspace tools"),
      h("button", { class: "icon-button", type: "button", "aria-label": "Close tools", onclick: () => setUi({ tools: false }) }, icon("close")),
    ),
    h("div", { class: "tools-scroll" }, connection(), clockTools(), channelTools(), faultTools(), rejectionTools()),
  );
}

const MODES = {
  http: ["HTTP", "The app gets signed requests at"],
  socket: ["Socket Mode", "The app is connected through a socket."],
  none: ["Not connected", "No app is listening. Commands and buttons will fail."],
};

function connection() {
  const { mode, url } = server.connection;
  const [name, words] = MODES[mode] ?? MODES.none;
  return tool(
    "plug",
    "Connection",
    h("p", { class: `connection connection-${mode}` }, h("span", { class: "dot", "aria-hidden": "true" }), h("strong", null, name)),
    h("p", { class: "hint" }, words, mode === "http" && url ? [" ", h("code", { class: "inline-code" }, url)] : null),
  );
}
