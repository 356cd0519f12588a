/** Puts the page together: composer, queue, line, conversation. */

import { Link } from "./link.js";
import { forget, frameToken, marks, newId, queue, shown } from "./store.js";
import { View } from "./view.js";

const LIMIT = 4096;
const NEAR = 296;
const TYPING_MS = 8000;
const BOTTOM = 60;

const $ = (id) => document.getElementById(id);
const root = document.documentElement;
const embedded = root.classList.contains("embed");
const strings = JSON.parse($("strings").textContent);
const scroller = $("scroller");
const text = $("text");
const enterSends = matchMedia("(hover: hover) and (pointer: fine)").matches;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const language = root.lang;
let live = false; // false while the history is replayed
let following = true; // false while the reader has scrolled up
let atEnd = true;
let lastTop = 0;
const timers = {};

function t(key, values = {}) {
  return (strings[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

const view = new View({ log: $("log"), t, language, onPress: enqueue, onRetry: retry, onDiscard: discard });
let tray = null;
const link = new Link({
  hello: () => [
    ...(embedded ? [{ token: frameToken() }] : []),
    { since: shown.last() },
    ...queue.all().filter((item) => !item.why).map(wire),
  ],
  onFrame: receive,
  onState: connection,
});

// What goes out

function wire({ id, text, pressed, on, file }) {
  return { id, text, pressed, on, file };
}

function enqueue(message) {
  const item = { id: newId(), at: new Date().toISOString(), ...message };
  queue.add(item);
  view.pend(item);
  $("welcome").hidden = true;
  following = true;
  reveal(view.lastOwn);
  deliver(item);
}

function deliver(item) {
  if (link.send(wire(item))) link.expect();
}

function retry(id) {
  queue.fail(id, undefined);
  const item = queue.all().find((entry) => entry.id === id);
  if (!item) return;
  view.progress(view.byId.get(id), item);
  deliver(item);
  text.focus();
}

function discard(id) {
  queue.remove(id);
  view.discard(id);
  text.focus();
}

// What comes in

function receive(frame) {
  if (frame.reset) {
    forget();
    view.clear();
    queue.all().forEach((item) => view.pend(item));
  }
  if (Number.isInteger(frame.n)) take(frame);
  else if (frame.error) refused(frame);
  else if (frame.typing) typing(true);
  if (frame.lang && (live || "ready" in frame)) speak(frame.lang);
  if ("ready" in frame) ready();
}

function take(frame) {
  acknowledge();
  if (frame.id) queue.remove(frame.id);
  if (view.has(frame.n)) return;
  if (frame.n) shown.add(frame); // 0: confirmed, and erased since
  const article = view.show(frame);
  $("welcome").hidden = true;
  typing(live && frame.from === "you");
  if (live) reveal(article);
}

function acknowledge() {
  timers.ack ??= setTimeout(() => { timers.ack = undefined; link.send({ ack: shown.last() }); }, 50);
}

function refused({ id, error }) {
  const article = view.byId.get(id);
  if (!article) { say(error, 8000); return; }
  queue.fail(id, error);
  view.progress(article, { id, why: error });
}

function ready() {
  if (!live) toEnd();
  live = true;
  $("log").removeAttribute("aria-busy");
}

function typing(on) {
  clearTimeout(timers.typing);
  $("typing").hidden = !on;
  if (!on) return;
  timers.typing = setTimeout(typing, TYPING_MS, false);
  reveal($("typing"));
}

// The line

function say(words, forMs) {
  clearTimeout(timers.line);
  $("line").textContent = words;
  if (forMs) timers.line = setTimeout(say, forMs, "");
}

function connection(state) {
  view.connection(state === "open");
  if (state !== "open") typing(false);
  clearTimeout(timers.line);
  if (state === "connecting") timers.line = setTimeout(() => say(t("connecting")), 1500);
  else if (state === "open") { if ($("line").textContent) say(t("back"), 2500); }
  else say(t(state));
}

// Scrolling

function distance() { return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight; }

function toEnd(behavior = "auto") {
  following = true;
  scroller.scrollTo({ top: scroller.scrollHeight, behavior });
}

/** Follows the conversation down, but never past the start of the answer: a long one is read from there. */
function reveal(element) {
  if (!element) return;
  if (!following) { $("newer").classList.add("fresh"); label(); return; }
  const answer = view.lastOwn?.nextElementSibling;
  const anchor = answer && answer.offsetTop >= scroller.scrollTop ? answer : element;
  const top = Math.max(scroller.scrollTop, Math.min(scroller.scrollTop + distance(), anchor.offsetTop - 12));
  scroller.scrollTo({ top, behavior: still.matches || document.hidden ? "auto" : "smooth" });
}

function label() {
  $("newer").hidden = distance() < BOTTOM;
  $("newer").querySelector("span").textContent = t($("newer").classList.contains("fresh") ? "newer" : "bottom");
}

scroller.addEventListener("scroll", () => {
  atEnd = distance() < BOTTOM;
  if (atEnd) { following = true; $("newer").classList.remove("fresh"); }
  else if (scroller.scrollTop < lastTop - 4) following = false;
  lastTop = scroller.scrollTop;
  label();
}, { passive: true });
// A picture came, a keyboard opened: the end of the conversation stays in sight.
$("log").addEventListener("load", () => { if (atEnd) toEnd(); }, true);
new ResizeObserver(() => { if (atEnd) toEnd(); }).observe(scroller);
$("newer").onclick = () => { toEnd(still.matches ? "auto" : "smooth"); text.focus({ preventScroll: true }); };

// Language

/** The page is written in one language; another one is another page, and the conversation is still there. */
function speak(next) {
  marks.speak(next);
  const address = new URL(location.href);
  if (!next || next === language || address.searchParams.get("lang") === next) return;
  address.searchParams.set("lang", next);
  location.replace(address);
}

function draw() {
  shown.frames.forEach((frame) => view.show(frame));
  queue.all().forEach((item) => view.pend(item));
  $("welcome").hidden = !view.isEmpty;
  toEnd();
}

// Composer

function measure() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
  const left = LIMIT - text.value.length;
  $("count").textContent = left > NEAR ? "" : t(left < 0 ? "over" : "left", { n: Math.abs(left) });
  $("count").classList.toggle("over", left < 0);
  text.setAttribute("aria-invalid", String(left < 0));
  marks.keepDraft(text.value);
}

$("composer").onsubmit = (event) => {
  event.preventDefault();
  const written = text.value.trim();
  text.focus();
  if (!written || written.length > LIMIT) return;
  text.value = "";
  measure();
  enqueue({ text: written });
};
text.addEventListener("input", measure);
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !enterSends) return;
  event.preventDefault();
  $("composer").requestSubmit();
});
/** Most visitors send no file: what sends one is fetched at the first tap. */
async function withTray(use) {
  const { Tray } = await import("./upload.js");
  tray ??= new Tray({
    t, language,
    headers: () => (embedded ? { "X-Chat-Token": frameToken() } : {}),
    onUploaded: (file, media) => enqueue({ file, media }),
  });
  use(tray);
}

function offered(event, { files: [file] }) {
  if (!file || $("attach").hidden) return;
  event.preventDefault();
  withTray((it) => it.take(file));
}

$("attach").onclick = () => withTray((it) => it.toggle()).catch(() => say(t("upload_failed"), 8000));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => offered(event, event.dataTransfer));
text.addEventListener("paste", (event) => offered(event, event.clipboardData));
$("menu").onclick = () => enqueue({ text: t("menu") });
$("welcome").onclick = (event) => {
  const choice = event.target.closest("[data-say]");
  if (!choice) return;
  enqueue({ text: choice.dataset.say || choice.textContent });
  text.focus({ preventScroll: true });
};
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (tray?.isOpen) tray.close();
  else if (embedded) leave();
});

function leave() { parent.postMessage({ sahabat: "close" }, "*"); }

/** `/?start=tag` says where a visitor comes from (a campus, a poster, a meeting): told to the bot once. */
function followLink() {
  const address = new URL(location.href);
  const tag = address.searchParams.get("start") ?? "";
  if (!/^[\w-]{1,64}$/.test(tag)) return;
  if (marks.follow(tag)) enqueue({ text: `/start ${tag}` });
  address.searchParams.delete("start");
  history.replaceState(null, "", address);
}

if (embedded) Object.assign($("close"), { hidden: parent === window, onclick: leave });
text.enterKeyHint = enterSends ? "send" : "enter";
text.value = marks.draft();
draw();
measure();
link.connect();
followLink();
