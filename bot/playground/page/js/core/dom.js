/**
 * A small keyed virtual DOM. Views are plain functions that return nodes made by `h`;
 * `patch` makes the fewest changes to the document, so that focus, selection, scroll
 * positions and typed text survive every render. Text only becomes text nodes.
 */

const SVG = "http://www.w3.org/2000/svg";
const AS_PROPERTY = new Set(["value", "checked", "disabled", "indeterminate", "selected", "hidden"]);

/**
 * Make a node.
 * @param {string} tag element name
 * @param {object|null} props attributes; `key`; `on…` handlers; `style` object; and the
 *   hooks `mounted(el)`, `updated(el)`, `removed(el)`
 * @param {...*} children nodes, strings, numbers, nested arrays; null and booleans are skipped
 */
export function h(tag, props, ...children) {
  const given = props ?? {};
  return { tag, props: given, key: given.key ?? null, children: flatten(children) };
}

function flatten(children, out = []) {
  for (const child of children) {
    if (Array.isArray(child)) flatten(child, out);
    else if (child === null || child === undefined || typeof child === "boolean") continue;
    else if (typeof child === "object") out.push(child);
    else if (out.length && typeof out[out.length - 1] === "string") out[out.length - 1] += child;
    else out.push(String(child));
  }
  return out;
}

/** An id for the document, made from any text. */
export function domId(words) {
  return `f-${words.replace(/[^\w-]/g, "_")}`;
}

/** Replace the children of `parent` by `children`. */
export function patch(parent, ...children) {
  const hooks = [];
  patchChildren(parent, flatten(children), hooks);
  for (const hook of hooks) hook();
}

function patchChildren(parent, children, hooks) {
  const wanted = new Set(children.map((child) => child.key ?? null));
  const keyed = new Map();
  for (const node of parent.childNodes) {
    if (node.vnode?.key != null) keyed.set(node.vnode.key, node);
  }
  const isDoomed = (node) => node.vnode?.key == null || !wanted.has(node.vnode.key);
  let at = parent.firstChild;
  for (const child of children) {
    const node = takeMatch(child, at, keyed);
    if (!node) {
      parent.insertBefore(create(child, parent, hooks), at);
      continue;
    }
    // Removing the nodes in between, rather than moving the match, keeps focus and scroll.
    while (at !== node && at && isDoomed(at)) at = dropAndNext(at);
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
    update(node, child, hooks);
  }
  while (at) at = dropAndNext(at);
}

function dropAndNext(node) {
  const next = node.nextSibling;
  discard(node);
  node.remove();
  return next;
}

function takeMatch(child, at, keyed) {
  if (typeof child === "string") return at?.nodeType === Node.TEXT_NODE ? at : null;
  if (child.key !== null) {
    const node = keyed.get(child.key);
    keyed.delete(child.key);
    return node?.vnode.tag === child.tag ? node : null;
  }
  let node = at;
  while (node && !(node.vnode && node.vnode.key === null && kind(node.vnode) === kind(child))) {
    node = node.nextSibling;
  }
  return node;
}

/** Unkeyed nodes match by tag and first class. */
function kind({ tag, props }) {
  return `${tag}.${(props.class ?? "").split(" ", 1)[0]}`;
}

function create(child, parent, hooks) {
  if (typeof child === "string") return document.createTextNode(child);
  const inSvg = child.tag === "svg" || parent.namespaceURI === SVG;
  const el = inSvg ? document.createElementNS(SVG, child.tag) : document.createElement(child.tag);
  el.vnode = { ...child, props: {} };
  update(el, child, hooks);
  if (child.props.mounted) hooks.push(() => child.props.mounted(el));
  return el;
}

function update(node, child, hooks) {
  if (typeof child === "string") {
    if (node.data !== child) node.data = child;
    return;
  }
  if (node.vnode === child) return;
  const before = node.vnode.props;
  node.vnode = child;
  patchChildren(node, child.children, hooks);
  for (const name in before) if (!(name in child.props)) setProp(node, name, null, before[name]);
  for (const name in child.props) setProp(node, name, child.props[name], before[name]);
  if (child.props.updated) hooks.push(() => child.props.updated(node));
}

function setProp(el, name, value, before) {
  if (["key", "mounted", "updated", "removed"].includes(name)) return;
  if (name.startsWith("on")) {
    el[name.toLowerCase()] = value ?? null;
  } else if (name === "style") {
    setStyle(el, value ?? {}, before ?? {});
  } else if (AS_PROPERTY.has(name)) {
    if (el[name] !== value) el[name] = value ?? (name === "value" ? "" : false);
  } else if (value === null || value === undefined || value === false) {
    el.removeAttribute(name);
  } else if (value !== before) {
    el.setAttribute(name, value === true ? "" : value);
  }
}

function setStyle(el, style, before) {
  for (const name in before) if (!(name in style)) el.style.removeProperty(name);
  for (const name in style) if (style[name] !== before[name]) el.style.setProperty(name, style[name]);
}

function discard(node) {
  for (const child of node.childNodes) discard(child);
  node.vnode?.props?.removed?.(node);
}
