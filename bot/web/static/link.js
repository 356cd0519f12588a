/** The line to the server: one WebSocket, opened again for as long as the page lives. */

const LONGEST = 30_000;
const OPEN_WITHIN = 20_000;
const ANSWER_WITHIN = 12_000;

/**
 * `hello()` gives the messages that open a conversation; `onFrame(frame)` gets what arrives;
 * `onState("connecting" | "open" | "lost" | "offline")` is told of every change.
 */
export class Link {
  constructor({ hello, onFrame, onState }) {
    Object.assign(this, { hello, onFrame, onState, state: "", tries: 0, socket: null, timer: 0, watch: 0 });
    addEventListener("online", () => this.check());
    addEventListener("offline", () => this.check());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.check());
    addEventListener("pageshow", (event) => event.persisted && this.check());
  }

  get isOpen() { return this.socket?.readyState === WebSocket.OPEN; }

  become(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState(state);
  }

  connect() {
    clearTimeout(this.timer);
    if (!this.state) this.become("connecting");
    const socket = this.socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws/chat`);
    socket.onopen = () => { if (socket === this.socket) this.opened(); };
    socket.onmessage = ({ data }) => { if (socket === this.socket) this.arrived(data); };
    socket.onclose = () => { if (socket === this.socket) this.dropped(); };
    this.expect(OPEN_WITHIN);
  }

  opened() {
    this.hello().forEach((message) => this.send(message));
    this.expect();
  }

  arrived(data) {
    clearTimeout(this.watch);
    this.tries = 0;
    this.become("open");
    let frame;
    try { frame = JSON.parse(data); } catch { return; }
    this.onFrame(frame);
  }

  /** Sends now or not at all; what must not be lost is in the queue. */
  send(message) {
    if (this.isOpen) this.socket.send(JSON.stringify(message));
    return this.isOpen;
  }

  /** A line that stays silent when an answer is due is dead, whatever the browser believes. */
  expect(within = ANSWER_WITHIN) {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.dropped(), within);
  }

  dropped() {
    clearTimeout(this.watch);
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.become(navigator.onLine ? "lost" : "offline");
    const pause = Math.min(LONGEST, 1000 * 2 ** this.tries++) * (0.5 + Math.random() / 2);
    this.timer = setTimeout(() => this.connect(), pause);
  }

  /** The network changed or the reader came back: ask whether the line is alive, or open it at once. */
  check() {
    if (!navigator.onLine) this.become("offline");
    if (this.isOpen) this.opened();
    else if (this.socket?.readyState !== WebSocket.CONNECTING && navigator.onLine) this.connect();
  }
}
