/** Links, users, channels, groups and dates in a text. */

import { h } from "../core/dom.js";
import { channel, channelLabel, person, server } from "../core/store.js";
import { dateTokens } from "../core/time.js";
import { openChannel } from "../core/route.js";

const SAFE = /^(https?|mailto|tel):/i;

/** A link; links into this workspace open in the page, others in a new tab. */
export function link(url, label) {
  const inside = insideAddress(url);
  if (inside) {
    return h("a", { class: "link", href: inside, onclick: (event) => follow(event, inside) }, label);
  }
  if (!SAFE.test(url)) return h("span", { class: "link-refused" }, label);
  return h("a", { class: "link", href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

function insideAddress(url) {
  const found = /\/archives\/([A-Z0-9]+)(?:\/p(\d+))?/.exec(url);
  if (!found || !url.startsWith(location.origin) || !channel(found[1])) return null;
  return found[2] ? `#${found[1]}/p${found[2]}` : `#${found[1]}`;
}

function follow(event, address) {
  event.preventDefault();
  if (location.hash === address) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = address;
}

/** @name of a user. */
export function userMention(id, label) {
  const one = person(id);
  const mine = id === server.me.id;
  const name = one.unknown && label ? label : one.real_name;
  return h("span", { class: `mention${mine ? " mention-me" : ""}`, title: one.title ?? null }, `@${name}`);
}

/** #name of a channel, or "private channel" if this user can't see it. */
export function channelMention(id, label) {
  const one = channel(id);
  if (!one) {
    return h("span", { class: "mention" }, label ? `#${label}` : "#private-channel");
  }
  const go = () => openChannel(id);
  return h("button", { class: "mention mention-channel", type: "button", onclick: go }, `#${channelLabel(one)}`);
}

/** @here, @channel, @everyone, or a user group. */
export function broadcast(target, label) {
  if (target.startsWith("subteam^")) {
    return h("span", { class: "mention" }, label ?? `@${target.slice("subteam^".length)}`);
  }
  const name = target.split("|")[0];
  return h("span", { class: "mention mention-me" }, `@${name}`);
}

/** <!date^seconds^format^link|fallback> */
export function dateMention(target, fallback) {
  const [, seconds, format, url] = target.split("^");
  if (!/^\d+$/.test(seconds ?? "") || !format) return h("span", null, fallback ?? target);
  const tokens = dateTokens(Number(seconds));
  const text = format.replace(/\{(\w+)\}/g, (all, name) => tokens[name] ?? all);
  const node = h("time", { datetime: new Date(seconds * 1000).toISOString(), title: fallback }, text);
  return url ? link(url, [node]) : node;
}
