/** The left rail: the workspace, the acting user, the tools. */

import { actAs } from "../core/api.js";
import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { rememberPerson } from "../core/route.js";
import { server, setUi, ui } from "../core/store.js";
import { isDark, switchTheme } from "../core/theme.js";
import { avatar } from "./marks.js";

/** The rail. */
export function rail() {
  return h(
    "nav",
    { class: "rail", key: "rail", "aria-label": "Workspace and people" },
    h("div", { class: "rail-team", title: server.team.name, "aria-hidden": "true" }, server.team.name.slice(0, 1)),
    h("div", { class: "rail-caption", id: "acting-as" }, "Acting as"),
    h(
      "div",
      { class: "rail-people", role: "radiogroup", "aria-labelledby": "acting-as", onkeydown: moveBetween },
      server.users.filter((one) => !one.is_bot).map(personButton),
    ),
    h("div", { class: "rail-space" }),
    themeButton(),
    toolsButton(),
  );
}

function personButton(one) {
  const isMe = one.id === server.me.id;
  return h(
    "button",
    {
      class: "rail-person",
      key: one.id,
      type: "button",
      role: "radio",
      "aria-checked": String(isMe),
      "aria-label": `Act as ${one.real_name}`,
      tabindex: isMe ? "0" : "-1",
      title: [one.real_name, one.title, one.is_external ? "from another workspace" : null].filter(Boolean).join(" · "),
      onclick: () => become(one.id),
    },
    avatar(one, 36),
    isMe ? h("span", { class: "rail-check" }, icon("check", 12)) : null,
    h("span", { class: "rail-name", "aria-hidden": "true" }, one.name),
  );
}

function moveBetween(event) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll("[role=radio]")];
  const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  next.focus();
  next.click();
}

async function become(id) {
  if (id === server.me.id) return;
  rememberPerson(id);
  setUi({ thread: null, popover: null, confirm: null });
  await actAs(id);
}

function themeButton() {
  const dark = isDark();
  return h(
    "button",
    { class: "rail-button", key: "theme", type: "button", "aria-label": "Dark mode", "aria-pressed": String(dark), title: dark ? "Switch to light mode" : "Switch to dark mode", onclick: switchTheme },
    icon(dark ? "sun" : "moon", 20),
    h("span", { class: "rail-name", "aria-hidden": "true" }, dark ? "Light" : "Dark"),
  );
}

function toolsButton() {
  const count = server.violations.length;
  const label = count ? `Workspace tools, ${count} violation${count === 1 ? "" : "s"}` : "Workspace tools";
  return h(
    "button",
    {
      class: `rail-button${ui.tools ? " is-open" : ""}`,
      key: "tools",
      type: "button",
      "aria-label": label,
      "aria-pressed": String(ui.tools),
      title: "Workspace tools: clock, faults, violations",
      onclick: () => setUi({ tools: !ui.tools, menu: false }),
    },
    icon("wrench", 20),
    count ? h("span", { class: "badge-red" }, count) : null,
    h("span", { class: "rail-name", "aria-hidden": "true" }, "Tools"),
  );
}
