/** Avatars and icons of users and channels. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { isGroupDm, server } from "../core/store.js";

/** A user's avatar: initials on their colour; the app has a logo. */
export function avatar(one, size = 36) {
  const app = server?.app;
  if (app && one.id === app.bot_user_id) return appMark(size);
  const style = { width: `${size}px`, height: `${size}px`, "font-size": `${Math.round(size * 0.4)}px`, background: one.colour ?? "#616061" };
  return h("span", { class: "avatar", style, "aria-hidden": "true" }, one.initials ?? initialsOf(one.real_name ?? one.name));
}

function initialsOf(name) {
  return name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
}

/** The app's logo: two diverging paths. */
export function appMark(size = 36) {
  const style = { width: `${size}px`, height: `${size}px` };
  return h(
    "span",
    { class: "avatar avatar-app", style, "aria-hidden": "true" },
    h(
      "svg",
      { viewBox: "0 0 36 36", width: size, height: size },
      h("path", { class: "mark-stem", d: "M18 29v-8" }),
      h("path", { class: "mark-left", d: "M18 21c0-6-8-5-8-13M6.5 11.5 10 8l3.5 3.5" }),
      h("path", { class: "mark-right", d: "M18 21c0-6 8-5 8-13M22.5 11.5 26 8l3.5 3.5" }),
    ),
  );
}

const KIND_ICONS = { private: ["lock", "Private channel"], shared: ["shared", "Shared channel"], public: ["hash", "Channel"] };

/** The icon of a channel, labelled with its kind. */
export function channelIcon(one, size = 16) {
  if (isGroupDm(one)) return h("span", { class: "channel-icon", role: "img", "aria-label": "Group message" }, icon("people", size));
  const [name, spoken] = one.is_archived ? ["archive", "Archived channel"] : (KIND_ICONS[one.kind] ?? KIND_ICONS.public);
  return h("span", { class: "channel-icon", role: "img", "aria-label": spoken, title: spoken }, icon(name, size));
}

/** The badge beside the name of an app. */
export function appBadge() {
  return h("span", { class: "app-badge" }, "APP");
}
