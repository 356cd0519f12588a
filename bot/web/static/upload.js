/** The tray above the composer: says the limit, shows the chosen file, sends it with its progress. */

import { readableSize } from "./view.js";

const LARGEST = 20_000_000; // as limits.FILE_BYTES
const $ = (id) => document.getElementById(id);

function part(tag, id, properties) {
  return Object.assign(document.createElement(tag), { id: `tray-${id}`, ...properties });
}

/** `headers()` goes with the upload; `onUploaded(key, media)` gets what the server gave for the file. */
export class Tray {
  constructor({ t, language, headers, onUploaded }) {
    Object.assign(this, { t, language, headers, onUploaded, file: null, request: null });
    const button = (id, word, onclick) =>
      part("button", id, { type: "button", className: "choice", textContent: t(word), onclick });
    const choices = part("div", "choices", { className: "choices" });
    choices.append(
      button("send", "send_file", () => this.send()),
      button("pick", "pick", () => input.click()),
      button("cancel", "cancel", () => this.close()),
    );
    const words = part("p", "text", {});
    words.setAttribute("aria-live", "polite");
    const progress = part("progress", "progress", { max: 100 });
    progress.setAttribute("aria-label", t("file"));
    const input = part("input", "file", { type: "file", hidden: true });
    input.onchange = () => input.files[0] && this.take(input.files[0]);
    $("tray").append(words, progress, choices, input);
    $("tray-send").classList.add("first");
    this.empty();
  }

  get isOpen() { return !$("tray").hidden; }

  toggle() { if (this.isOpen) this.close(); else this.open(); }

  open() {
    $("tray").hidden = false;
    $("attach").setAttribute("aria-expanded", "true");
    this.tell(this.t("attach_hint"));
    $("tray-pick").focus();
  }

  close() {
    this.request?.abort();
    this.empty();
    $("attach").setAttribute("aria-expanded", "false");
    $("attach").focus();
  }

  empty() {
    this.file = null;
    $("tray-file").value = "";
    $("tray").hidden = $("tray-send").hidden = $("tray-progress").hidden = true;
  }

  tell(words, wrong = false) {
    $("tray-text").textContent = words;
    $("tray-text").classList.toggle("why", wrong);
  }

  /** Checks a chosen file before a byte of a slow line is spent on it. */
  take(file) {
    if (!this.isOpen) this.open();
    const size = readableSize(file.size, this.language);
    const wrong = file.size > LARGEST ? this.t("too_big", { size }) : file.size ? "" : this.t("empty_file");
    this.file = wrong ? null : file;
    $("tray-send").hidden = Boolean(wrong);
    this.tell(wrong || `${file.name} · ${size}`, Boolean(wrong));
    (wrong ? $("tray-pick") : $("tray-send")).focus();
  }

  send() {
    const { file } = this;
    if (!file || this.request) return;
    const form = new FormData();
    form.append("file", file);
    const request = this.request = new XMLHttpRequest();
    request.open("POST", "/upload");
    for (const [name, value] of Object.entries(this.headers())) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => this.advance(Math.round((100 * loaded) / total));
    request.onload = () => this.finished(request, file);
    request.onerror = () => this.failed();
    request.onabort = () => { this.request = null; };
    this.advance(0);
    request.send(form);
  }

  advance(percent) {
    $("tray-progress").hidden = false;
    $("tray-progress").value = percent;
    $("tray-send").hidden = true;
    if (percent % 25 === 0) this.tell(this.t("uploading", { percent }));
  }

  finished(request, file) {
    const answer = request.response;
    if (request.status !== 200 || !answer?.file) { this.failed(answer?.error); return; }
    this.request = null;
    this.close();
    this.onUploaded(answer.file, { name: file.name, mime: file.type, size: file.size });
  }

  failed(why) {
    this.request = null;
    $("tray-progress").hidden = true;
    $("tray-send").hidden = false;
    this.tell(why ?? this.t("upload_failed"), true);
    $("tray-send").focus();
  }
}
