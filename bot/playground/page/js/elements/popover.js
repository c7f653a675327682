/** Popovers beside the element that opened them. One is open at a time. */

import { h } from "../core/dom.js";
import { changed, setUi, ui } from "../core/store.js";

const GAP = 4;
const EDGE = 8;
let returnTo = null;

/**
 * A panel below the element before it, or above it if there is no space below.
 * @param {object} props `role`, `class`, `align` ("start" or "end"), `width` ("anchor"), `label`,
 *   `onkeydown`, `focus` (a selector for the element that gets the focus)
 */
export function popover(props, ...children) {
  const { align = "start", width = null, focus = "button, [tabindex]", label = null, ...rest } = props;
  const place = (el) => placeBeside(el, anchorOf(el), align, width);
  return h(
    "div",
    {
      ...rest,
      class: `popover ${props.class ?? ""}`,
      key: "popover",
      "aria-label": label,
      onkeydown: props.onkeydown ?? moveInMenu,
      mounted: (el) => {
        returnTo = document.activeElement;
        place(el);
        el.querySelector(focus)?.focus({ preventScroll: true });
      },
      updated: place,
    },
    children,
  );
}

/** The element that opened the popover; for a select with chips, the whole field. */
function anchorOf(el) {
  const box = el.parentElement;
  return box.matches(".select") ? box : box.querySelector("[aria-expanded]");
}

function placeBeside(el, anchor, align, width) {
  if (!anchor) return;
  const rect = anchor.getBoundingClientRect();
  el.style.visibility = rect.bottom < 0 || rect.top > window.innerHeight ? "hidden" : "visible";
  if (width === "anchor") el.style.minWidth = `${rect.width}px`;
  el.style.maxHeight = "";
  const below = window.innerHeight - rect.bottom - GAP - EDGE;
  const above = rect.top - GAP - EDGE;
  const natural = Math.min(el.scrollHeight + 2, 360);
  const goUp = below < natural && above > below;
  const height = Math.min(natural, goUp ? above : below);
  el.style.maxHeight = `${height}px`;
  el.style.top = `${goUp ? rect.top - GAP - Math.min(height, el.offsetHeight) : rect.bottom + GAP}px`;
  const left = align === "end" ? rect.right - el.offsetWidth : rect.left;
  el.style.left = `${Math.max(EDGE, Math.min(left, window.innerWidth - el.offsetWidth - EDGE))}px`;
}

/** Close the popover and restore the focus. */
export function closePopover() {
  if (!ui.popover) return;
  setUi({ popover: null });
  if (returnTo?.isConnected) returnTo.focus({ preventScroll: true });
  returnTo = null;
}

function moveInMenu(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const items = [...event.currentTarget.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  items[(at + step + items.length) % items.length]?.focus();
  event.preventDefault();
}

/** Close on a click outside and on resize; follow the anchor on scroll. */
export function watchOutside() {
  const outside = (event) => !event.target.closest?.(".popover, [aria-expanded='true']");
  document.addEventListener("pointerdown", (event) => ui.popover && outside(event) && setUi({ popover: null }));
  document.addEventListener("scroll", () => ui.popover && changed(), true);
  window.addEventListener("resize", () => ui.popover && setUi({ popover: null }));
}
