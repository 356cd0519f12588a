/** What this browser keeps: unsent messages until the server has them, and, for this tab only, the conversation. */

const FRAMES = 120;

function open(name) {
  try {
    const storage = window[name];
    storage.setItem("sahabat.probe", "1");
    storage.removeItem("sahabat.probe");
    return storage;
  } catch { // blocked in some private windows and frames: the page then works until it is closed
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    };
  }
}

const lasting = open("localStorage");
const tab = open("sessionStorage");

function read(storage, key, otherwise) {
  try { return JSON.parse(storage.getItem(`sahabat.${key}`)) ?? otherwise; } catch { return otherwise; }
}

function write(storage, key, value) {
  try { storage.setItem(`sahabat.${key}`, JSON.stringify(value)); } catch { /* full: what is in memory still works */ }
}

/** A new unguessable id of 128 bits (randomUUID needs https, this does not). */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

/** The visitor's token when the page is framed by another site, where a cookie would not travel. */
export function frameToken() {
  const token = read(lasting, "token", null) ?? newId() + newId();
  write(lasting, "token", token);
  return token;
}

/** Messages that the server has not confirmed, oldest first; read anew each time, as other tabs write too. */
export const queue = {
  all: () => read(lasting, "queue", []),
  add: (item) => write(lasting, "queue", [...queue.all(), item]),
  remove: (id) => write(lasting, "queue", queue.all().filter((item) => item.id !== id)),
  fail: (id, why) => write(lasting, "queue", queue.all().map((item) => (item.id === id ? { ...item, why } : item))),
};

/** The frames shown in this tab, so that a reload needs only what is new. */
export const shown = {
  frames: read(tab, "frames", []),
  add(frame) {
    shown.frames.push(frame);
    if (shown.frames.length > FRAMES) shown.frames.splice(0, shown.frames.length - FRAMES);
    write(tab, "frames", shown.frames);
  },
  last: () => shown.frames.reduce((n, frame) => Math.max(n, frame.n), 0),
};

/** Forgets the conversation on this device (after the visitor erased it, or when the server no longer knows it). */
export function forget() {
  shown.frames = [];
  for (const key of ["frames", "draft"]) tab.removeItem(`sahabat.${key}`);
}

/** Small marks: the language last spoken, the draft in this tab, the deep links already followed. */
export const marks = {
  language: () => read(lasting, "language", null),
  speak: (language) => write(lasting, "language", language),
  draft: () => read(tab, "draft", ""),
  keepDraft: (text) => write(tab, "draft", text),
  /** True the first time a deep link is followed in this browser. */
  follow(tag) {
    const seen = read(lasting, "starts", []);
    if (seen.includes(tag)) return false;
    write(lasting, "starts", [...seen, tag].slice(-50));
    return true;
  },
};
