/** The page of the local workspace: layout and global keys. */

import { actAs } from "./core/api.js";
import { h, patch } from "./core/dom.js";
import { followAddress, personInAddress, rememberPerson, settleChannel } from "./core/route.js";
import { server, setUi, subscribe, ui } from "./core/store.js";
import { followTheme } from "./core/theme.js";
import { closePopover, watchOutside } from "./elements/popover.js";
import { mainPane } from "./frame/main_pane.js";
import { rail } from "./frame/rail.js";
import { sidebar } from "./frame/sidebar.js";
import { threadPane } from "./messages/thread.js";
import { confirmDialog } from "./modal/confirm.js";
import { modal } from "./modal/modal.js";
import { closeTopModal } from "./modal/submit.js";
import { drawer } from "./tools/drawer.js";

const root = document.getElementById("page");
let titled = "";

function render() {
  if (!server) {
    if (!ui.online) patch(root, h("p", { class: "starting", role: "status" }, "The workspace does not answer. Is the demo still running?"));
    return;
  }
  settleChannel();
  const sides = `${ui.thread ? " has-thread" : ""}${ui.tools ? " has-tools" : ""}${ui.menu ? " has-menu" : ""}`;
  patch(
    root,
    ui.online ? null : h("div", { class: "offline", role: "status", key: "offline" }, "Connection to the workspace lost. Trying again…"),
    h("div", { class: `frame${sides}`, key: "frame" }, rail(), sidebar(), mainPane(), threadPane(), drawer(), scrim()),
    modal(),
    confirmDialog(),
  );
  const title = `${server.team.name} · local workspace`;
  if (title !== titled) document.title = titled = title;
}

/** The backdrop of the menu on narrow screens. */
function scrim() {
  return ui.menu ? h("div", { class: "scrim", key: "scrim", onclick: () => setUi({ menu: false }) }) : null;
}

function onEscape(event) {
  if (event.key !== "Escape" || event.isComposing) return;
  if (ui.popover) closePopover();
  else if (ui.confirm) setUi({ confirm: null });
  else if (server?.modals.length) closeTopModal();
  else if (ui.menu) setUi({ menu: false });
  else if (ui.tools) setUi({ tools: false });
  else if (ui.thread) setUi({ thread: null });
  else return;
  event.preventDefault();
  event.stopPropagation();
}

async function start() {
  followTheme();
  subscribe(render);
  watchOutside();
  document.addEventListener("keydown", onEscape, true);
  window.addEventListener("hashchange", followAddress);
  await actAs(personInAddress());
  if (!server) return;
  rememberPerson(server.me.id);
  followAddress();
}

await start();
