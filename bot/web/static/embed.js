/**
 * Puts the Sahabat chat on another site: <script src="https://…/embed.js" async></script>
 * data-label: words on the button; data-title: name of the frame; data-side: "left" | "right";
 * data-start: where visitors come from.
 */
(() => {
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const { label = "Tanya Sahabat", title = "Obrolan Sahabat", side = "right", start = "" } = script.dataset;
  const left = side === "left";
  const style = `
    :host { all: initial; }
    button { position: fixed; z-index: 2147483000; bottom: 1rem; ${left ? "left" : "right"}: 1rem;
      display: flex; align-items: center; gap: .5rem; min-height: 3.25rem; padding: 0 1.25rem 0 .875rem;
      border: 2px solid #fff; border-radius: 2rem; background: #2a2358; color: #fff;
      font: 600 1rem "Segoe UI", Roboto, Arial, sans-serif; box-shadow: 0 4px 18px #1e1a2e55; cursor: pointer; }
    button:hover { background: #43369c; }
    button:focus-visible { outline: 3px solid #2a2358; outline-offset: 3px; }
    iframe { position: fixed; z-index: 2147483001; bottom: 5.25rem; ${left ? "left" : "right"}: 1rem;
      width: 25rem; height: min(40rem, calc(100vh - 6.5rem)); border: 0; border-radius: 1rem;
      background: #f3f2f7; color-scheme: light dark; box-shadow: 0 8px 40px #1e1a2e66; }
    [hidden] { display: none; }
    @media (max-width: 30rem), (max-height: 30rem) {
      iframe { inset: 0; width: 100%; height: 100%; border-radius: 0; }
    }
    @media print { button, iframe { display: none; } }`;
  const MARK = [
    ["#f3dfb4", "M0 16a16 16 0 0 1 32 0 16 16 0 0 1-32 0z"],
    ["#a8714a", "M9.5 30.6V13.5a6.5 6.5 0 0 1 13 0v17.1a16 16 0 0 1-13 0z"],
    ["#4b3bb0", "M9.5 19v-5.5a6.5 6.5 0 0 1 13 0V19q-3 2.5-6.5 1t-6.5-1z"],
    ["#8f80e6", "M12.5 15.5V13a3.5 3.5 0 0 1 7 0v2.5q-3.5 1.5-7 0z"],
  ];

  function svg(name, attributes) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }


  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "open" });
  try { // a constructed sheet also works where the site forbids inline styles
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    shadow.adoptedStyleSheets = [sheet];
  } catch {
    shadow.append(Object.assign(document.createElement("style"), { textContent: style }));
  }
  const button = Object.assign(document.createElement("button"), { type: "button" });
  const mark = svg("svg", { viewBox: "0 0 32 32", width: 32, height: 32, "aria-hidden": "true" });
  mark.append(...MARK.map(([fill, d]) => svg("path", { fill, d })));
  button.append(mark, label);
  button.setAttribute("aria-expanded", "false");
  shadow.append(button);
  let frame = null;

  function open() {
    if (!frame) { // loaded on the first tap: a visitor who does not ask pays nothing
      const query = new URLSearchParams({ embed: "1", ...(start && { start }) });
      frame = Object.assign(document.createElement("iframe"), { src: `${origin}/?${query}`, title });
      shadow.append(frame);
    }
    frame.hidden = false;
    button.setAttribute("aria-expanded", "true");
    frame.focus();
  }

  function close() {
    frame.hidden = true;
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }

  button.onclick = () => (frame && !frame.hidden ? close() : open());
  addEventListener("message", (event) => {
    if (frame && event.source === frame.contentWindow && event.data?.sahabat === "close") close();
  });
  const add = () => document.body.append(host);
  if (document.body) add();
  else addEventListener("DOMContentLoaded", add);
})();
