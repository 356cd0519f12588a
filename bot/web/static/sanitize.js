/** The second lock on the server's HTML: only the elements and attributes named here reach the page. */

const set = (names) => new Set(names.split(" "));
const KEEP = set("b strong i em br p ul ol li a table caption thead tbody tr th td code blockquote");
const DROP = set("script style template noscript iframe object embed svg math title textarea select");
const SCOPES = set("row col rowgroup colgroup");

/** An http(s) address as the browser understands it, else null. */
export function webAddress(address) {
  try {
    const url = new URL(address, location.href);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function attributes(source, made, name) {
  if (name === "a") {
    const href = webAddress(source.getAttribute("href") ?? "");
    if (href) Object.assign(made, { href, target: "_blank", rel: "noopener noreferrer" });
  }
  if (name === "th" && SCOPES.has(source.getAttribute("scope"))) made.scope = source.getAttribute("scope");
}

function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    const name = node.localName;
    if (DROP.has(name)) continue;
    if (!KEEP.has(name)) { copy(node, to); continue; }
    const made = document.createElement(name);
    attributes(node, made, name);
    copy(node, made);
    to.append(made);
  }
}

/** Untrusted HTML as a fragment of fresh, whitelisted elements. DOMParser neither runs nor loads anything. */
export function clean(html) {
  const fragment = document.createDocumentFragment();
  copy(new DOMParser().parseFromString(html, "text/html").body, fragment);
  return fragment;
}
