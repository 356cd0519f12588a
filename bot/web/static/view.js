/** Draws the conversation: messages, choices, media, tables, the state of what the visitor sent. */

import { clean, webAddress } from "./sanitize.js";

const STACKED_COLUMNS = 3;

function make(tag, className = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg.namespaceURI, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** A moment as it is written in NTB; without `how` as a plain date for comparing. */
function format(moment, language, how) {
  return new Intl.DateTimeFormat(language, { timeZone: "Asia/Makassar", ...how }).format(new Date(moment));
}

function named(element, role, label) {
  element.setAttribute("role", role);
  element.setAttribute("aria-label", label);
  return element;
}

/** "12,4 MB" in the reader's way of writing numbers. */
export function readableSize(bytes, language) {
  const [value, unit] = bytes < 1e6 ? [Math.max(1, Math.round(bytes / 1024)), "kB"] : [bytes / 1024 / 1024, "MB"];
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value)} ${unit}`;
}

/** Gives a table its box, its labels for narrow screens, and the roles that `display: block` would take away. */
function boxed(table, t) {
  const box = make("div", "table");
  table.replaceWith(box);
  box.append(table);
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim());
  if (heads.length && heads.length <= STACKED_COLUMNS) {
    box.classList.add("stack");
    const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell" };
    for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, td, th")]) {
      part.setAttribute("role", roles[part.localName] ?? (part.scope === "row" ? "rowheader" : "columnheader"));
      if (part.localName === "td") part.dataset.column = heads[part.cellIndex] ?? "";
    }
  } else {
    box.classList.add("wide");
    box.tabIndex = 0;
    named(box, "region", table.caption?.textContent ?? t("table"));
  }
}

function mediaPart(media, { t, language }) {
  const address = media.url && webAddress(media.url);
  const name = media.name || t("file");
  if (address && /^image\/(png|jpeg|gif|webp)$/.test(media.mime) && new URL(address).origin === location.origin) {
    const link = make("a", "", Object.assign(make("img", "pic"), { src: address, alt: name, loading: "lazy" }));
    return Object.assign(link, { href: address, target: "_blank", rel: "noopener" });
  }
  const words = make("span", "", name);
  if (media.size) words.append(make("small", "", readableSize(media.size, language)));
  const part = make(address ? "a" : "div", "doc", icon("file"), words);
  return address ? Object.assign(part, { href: address, target: "_blank", rel: "noopener noreferrer" }) : part;
}

/** `t(key)` gives words, `language` is "id" or "en"; `onPress`, `onRetry`, `onDiscard` tell what was tapped. */
export class View {
  constructor({ log, t, language, onPress, onRetry, onDiscard }) {
    Object.assign(this, { log, t, language, onPress, onRetry, onDiscard, connected: false });
    this.byNumber = new Map();
    this.byId = new Map();
  }

  has(n) { return n > 0 && this.byNumber.has(n); }
  get isEmpty() { return !this.log.childElementCount; }
  get lastOwn() { return [...this.log.querySelectorAll(".you")].at(-1); }

  clear() {
    this.log.replaceChildren();
    this.byNumber.clear();
    this.byId.clear();
  }

  /** Draws a stored message; returns its element if it is new at the end, null if it changed one already there. */
  show(frame) {
    const before = this.byNumber.get(frame.replaces) ?? this.byId.get(frame.id);
    if (frame.id && before) return this.settle(before, frame);
    if (before) return this.replace(before, frame);
    if (frame.from === "you") this.retire(frame);
    const article = this.article(frame.from ?? "bot", frame.at);
    this.byNumber.set(frame.n, article);
    this.fill(article, frame);
    this.stamp(article, frame.from === "you" ? this.t("sent") : "");
    return article;
  }

  /** Draws what the visitor just sent and the server has not confirmed. */
  pend(item) {
    if (this.byId.has(item.id)) return;
    this.retire(item);
    const article = this.article("you", item.at, false);
    this.byId.set(item.id, article);
    this.fill(article, { text: item.text ?? item.label, media: item.media });
    this.progress(article, item);
  }

  progress(article, item) {
    article.classList.toggle("failed", Boolean(item.why));
    article.classList.toggle("waiting", !item.why);
    if (!item.why) { this.stamp(article, this.t(this.connected ? "sending" : "waiting")); return; }
    const action = (word, act) =>
      Object.assign(make("button", "", this.t(word)), { type: "button", onclick: () => act(item.id) });
    const why = make("span", "why", `${this.t("failed")} ${item.why}`);
    why.setAttribute("role", "alert");
    const choices = [action("retry", this.onRetry), action("discard", this.onDiscard)];
    article.querySelector(".meta").replaceChildren(why, ...choices);
  }

  /** Tells waiting messages whether they are on their way or wait for a connection. */
  connection(connected) {
    this.connected = connected;
    for (const article of this.log.querySelectorAll(".waiting")) this.progress(article, {});
  }

  discard(id) {
    this.byId.get(id)?.remove();
    this.byId.delete(id);
  }

  settle(article, frame) {
    this.byNumber.set(frame.n, article);
    this.retire(frame);
    article.classList.remove("waiting", "failed");
    article.dataset.at = frame.at ?? article.dataset.at;
    if (frame.media) this.fill(article, frame);
    this.stamp(article, this.t("sent"));
    return null;
  }

  replace(article, frame) {
    const focused = article.contains(document.activeElement);
    this.byNumber.set(frame.n, article);
    this.fill(article, frame);
    if (focused && !article.contains(document.activeElement)) article.focus();
    return null;
  }

  article(from, at = new Date().toISOString(), stored = true) {
    const name = make("p", from === "you" ? "vh" : "name", this.t(from));
    const meta = make("p", "meta");
    meta.setAttribute("aria-live", "off");
    const article = make("article", `m ${from}`, name, make("div", "body"), meta);
    article.tabIndex = -1;
    article.dataset.at = at;
    const place = stored ? this.log.querySelector(".waiting, .failed") : null;
    this.newDay(article, place);
    this.log.insertBefore(article, place);
    return article;
  }

  /** Puts content and choices; without content it only changes the choices. */
  fill(article, { html, text, media, buttons, n }) {
    const body = article.querySelector(".body");
    const parts = [];
    if (media) parts.push(mediaPart(media, this));
    if (html) parts.push(this.rich(html));
    else if (text) parts.push(make("div", "plain", text.replace(/^\/start\b.*/, this.t("start"))));
    if (parts.length) body.replaceChildren(...parts);
    article.querySelector(".choices")?.remove();
    if (buttons?.length) body.after(this.choices(buttons, n));
  }

  rich(html) {
    const rich = make("div", "rich", clean(html));
    rich.querySelectorAll("table").forEach((table) => boxed(table, this.t));
    for (const link of rich.querySelectorAll("a[href]")) link.append(make("span", "vh", ` (${this.t("open_new")})`));
    return rich;
  }

  choices(buttons, n) {
    const group = named(make("div", "choices"), "group", this.t("choices"));
    for (const { data, label, url } of buttons) {
      const address = url && webAddress(url);
      const choice = make(address ? "a" : "button", "choice", make("span", "", label));
      if (address) Object.assign(choice, { href: address, target: "_blank", rel: "noopener noreferrer" });
      else Object.assign(choice, { type: "button", onclick: () => this.onPress({ pressed: data, on: n, label }) });
      choice.dataset.data = data ?? "";
      group.append(choice);
    }
    return group;
  }

  /** What was asked before is quiet now; the choice that was tapped says so. */
  retire({ pressed, on }) {
    for (const article of this.log.querySelectorAll(".m:not(.old)")) article.classList.add("old");
    const choices = this.byNumber.get(on)?.querySelectorAll(".choice") ?? [];
    for (const choice of choices) {
      if (choice.dataset.data !== pressed || choice.classList.contains("chosen")) continue;
      choice.classList.add("chosen");
      choice.prepend(icon("check"));
      choice.append(make("span", "vh", ` (${this.t("chosen")})`));
    }
  }

  stamp(article, state) {
    const { at } = article.dataset;
    const clock = format(at, this.language === "id" ? "id" : "en-GB", { hour: "2-digit", minute: "2-digit" });
    const time = Object.assign(make("time", "", `${clock} ${this.t("zone")}`), { dateTime: at });
    article.querySelector(".meta").replaceChildren(time, state && ` · ${state}`);
  }

  newDay(article, place) {
    const { at } = article.dataset;
    const day = format(at, "sv");
    article.dataset.day = day;
    const previous = place ? place.previousElementSibling : this.log.lastElementChild;
    if (previous?.dataset.day === day) return;
    const names = { [format(Date.now() - 864e5, "sv")]: "yesterday", [format(Date.now(), "sv")]: "today" };
    const long = { weekday: "long", day: "numeric", month: "long" };
    const words = names[day] ? this.t(names[day]) : format(at, this.language, long);
    this.log.insertBefore(make("p", "day", words), place);
  }
}
