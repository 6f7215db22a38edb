// Small helpers to build elements. Text is always set as text, so a name can never become markup.

type Child = Node | string | null | undefined;

interface Props {
  class?: string;
  text?: string;
  on?: Partial<{ [K in keyof HTMLElementEventMap]: (event: HTMLElementEventMap[K]) => void }>;
  attrs?: Record<string, string | boolean>;
}

/** Makes an element. Attributes that are false are left out, true ones are set empty. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (props.class) element.className = props.class;
  if (props.text !== undefined) element.textContent = props.text;
  for (const [name, value] of Object.entries(props.attrs ?? {})) {
    if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const [name, listener] of Object.entries(props.on ?? {})) {
    element.addEventListener(name, listener as EventListener);
  }
  element.append(...children.filter((c): c is Node | string => c !== null && c !== undefined));
  return element;
}

/** Sets the text only when it differs, so that screen readers and the caret are left alone. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttr(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** An element that must be in the page. */
export function need<T extends Element>(selector: string, type: new () => T, root: ParentNode = document): T {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** The parsed content of a <script type="application/json">, or null when the page has none. */
export function readData<T>(id: string): T | null {
  const block = document.getElementById(id);
  return block?.textContent ? (JSON.parse(block.textContent) as T) : null;
}

/** Puts a person's picture into the shape, or their initials; these too when the picture cannot be had. */
export function showFace(shape: HTMLElement, name: string, address: string | undefined): void {
  const now = shape.firstElementChild instanceof HTMLImageElement ? shape.firstElementChild : null;
  if (!address || shape.dataset["broken"] === address) {
    if (now) now.remove();
    setText(shape, initials(name));
    return;
  }
  if (now?.getAttribute("src") === address) return;
  const picture = h("img", { attrs: { src: address, alt: "" } });
  picture.addEventListener("error", () => {
    shape.dataset["broken"] = address;
    if (picture.isConnected) showFace(shape, name, undefined);
  });
  shape.replaceChildren(picture);
}

/** The first letters of the first and last word of a name, for a tile without a picture. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter((w) => w !== "");
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return picked.map((w) => firstSymbol(w ?? "")).join("").toLocaleUpperCase();
}

let symbols: Intl.Segmenter | null = null; // costs a millisecond to make

function firstSymbol(word: string): string {
  for (const { segment } of (symbols ??= new Intl.Segmenter()).segment(word)) return segment;
  return "";
}
