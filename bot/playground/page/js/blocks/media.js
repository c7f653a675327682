/** Images, files and videos. */

import { h } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { changed, server, ui } from "../core/store.js";
import { link } from "../text/mentions.js";
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

/** A remote file block. */
export function fileBlock(block) {
  const known = Object.values(server.messages).flat().flatMap((one) => one.files ?? []).find((file) => file.id === block.external_id);
  if (known) return uploadedFile(known, block.external_id);
  return h("div", { class: "file-card" }, h("span", { class: "file-icon" }, icon("file", 22)), h("span", { class: "file-name" }, h("strong", null, block.external_id ?? block.file_id ?? "File")));
}

/** A video: thumbnail and titles, linked to its site. */
export function videoBlock(block) {
  const title = plain(block.title.text);
  const meta = [block.provider_name, block.author_name].filter(Boolean).join(" · ");
  return h(
    "div",
    { class: "video" },
    meta ? h("div", { class: "hint" }, meta) : null,
    h("div", { class: "video-title" }, block.title_url ? link(block.title_url, title) : title),
    block.description ? h("div", null, plain(block.description.text)) : null,
    h(
      "a",
      { class: "video-thumb", href: block.video_url, target: "_blank", rel: "noopener noreferrer", "aria-label": `Play ${title}` },
      h("img", { src: block.thumbnail_url, alt: plain(block.alt_text), loading: "lazy" }),
      h("span", { class: "video-play" }, icon("play", 28)),
    ),
  );
}
