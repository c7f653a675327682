/** Images and files. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { changed, server, ui } from "../core/store.js";
import { plain } from "../text/mrkdwn.js";

/** A collapsible image with its title. */
export function imageBlock(block, ctx, id) {
  const source = block.image_url ?? slackFile(block.slack_file);
  return foldable(`${ctx.key}/${id}`, block.title ? plain(block.title.text) : null, picture(source, plain(block.alt_text)));
}

function slackFile(given) {
  if (given?.id) return fileUrl(given.id);
  return given?.url ?? "";
}

function fileUrl(id) {
  return `/files/${encodeURIComponent(id)}?as=${encodeURIComponent(server.me.id)}`;
}

function picture(source, alt) {
  return h("a", { class: "picture", href: source, target: "_blank", rel: "noopener noreferrer" }, h("img", { src: source, alt, loading: "lazy" }));
}

function foldable(key, title, body) {
  const folded = ui.collapsed[key];
  const toggle = () => {
    ui.collapsed[key] = !folded;
    changed();
  };
  return h(
    "figure",
    { class: "figure" },
    h(
      "figcaption",
      null,
      title ?? "Image",
      h("button", { class: "fold", type: "button", "aria-expanded": String(!folded), "aria-label": folded ? "Show image" : "Hide image", onclick: toggle }, icon(folded ? "chevronRight" : "chevronDown", 14)),
    ),
    folded ? null : body,
  );
}

/** A file of a message. */
export function uploadedFile(file, key) {
  const source = file.url_private ?? fileUrl(file.id);
  if (file.mimetype?.startsWith("image/")) {
    return foldable(`${key}/${file.id}`, file.title, picture(source, file.alt_text ?? file.title ?? "Uploaded image"));
  }
  const kind = (file.mimetype ?? "file").split("/").at(-1).split(";")[0];
  const card = h(
    "a",
    { class: "file-card", href: source, target: "_blank", rel: "noopener" },
    h("span", { class: "file-icon" }, icon("file", 22)),
    h("span", { class: "file-name" }, h("strong", null, file.title ?? file.name ?? file.id), h("span", { class: "hint" }, kind.toUpperCase())),
  );
  return file.preview ? [card, h("pre", { class: "fence file-preview" }, file.preview)] : card;
}
