/* The search box: names of today and of the past, and districts, as people type them. What it finds is in fold.js. */
import { search } from "./fold.js";
import { loadIndex, make, whenChanged } from "./shared.js";

const MOST = 60;

/** @typedef {import("./fold.js").Place} Place
 * @typedef {{ places: Place[], spelling: import("./fold.js").Spelling }} SearchIndex
 * @typedef {{ label: string, none: string, guess: string, count: string }} SearchWords
 * @typedef {({ file: string } | SearchIndex) & { words: SearchWords }} SearchData */

let boxes = 0;

const PATIENCE_MS = 8000;

/** Put the focus on what is said about a place, once the page shows it: there the reader goes on, unless somewhere else before.
 * @param {string[]} keys */
function goOnAt(keys) {
  const over = new AbortController();
  const stop = () => over.abort();
  const move = () => {
    const shown = keys.map((key) => document.querySelector(`[data-gemeinde="${CSS.escape(key)}"] h2`)).find(Boolean);
    if (!(shown instanceof HTMLElement)) return;
    shown.tabIndex = -1;
    shown.focus();
    stop();
  };
  const watch = new MutationObserver(move);
  over.signal.addEventListener("abort", () => watch.disconnect());
  watch.observe(document.body, { childList: true, subtree: true });
  ["keydown", "pointerdown", "input"].forEach((kind) => document.addEventListener(kind, stop, { capture: true, signal: over.signal }));
  setTimeout(stop, PATIENCE_MS);
  move();
}

/** A text field with a list below it, as the pattern "combobox" of WAI-ARIA has it. */
class SearchBox {
  /** @param {SearchData} data @param {(keys: string) => void} choose */
  constructor(data, choose) {
    boxes += 1;
    this.id = `atlas-search-${boxes}`;
    this.data = data;
    this.choose = choose;
    this.input = make("input");
    this.list = make("ul");
    /** What a screen reader hears. */
    this.heard = make("span", "atlas-heard");
    /** @type {import("./fold.js").Found} */
    this.now = { found: [], isGuess: false, isClear: false };
    this.active = -1;
    this.prepare();
    this.element = make("div", "atlas-search");
    this.element.append(this.input, this.list, this.heard);
  }

  prepare() {
    const { input, list, heard, data: { words } } = this;
    Object.assign(input, { type: "search", placeholder: words.label, autocomplete: "off", spellcheck: false });
    Object.entries({ role: "combobox", "aria-label": words.label, "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": this.id }).forEach(([name, value]) => input.setAttribute(name, value));
    Object.assign(list, { id: this.id, hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", words.label);
    heard.setAttribute("role", "status");
    input.addEventListener("focus", () => this.places());
    input.addEventListener("input", () => this.look());
    input.addEventListener("blur", () => this.close());
    input.addEventListener("keydown", (event) => { if (this.press(event.key)) event.preventDefault(); });
  }

  /** @returns {Promise<SearchIndex>} */
  async places() {
    return "file" in this.data ? loadIndex(this.data.file) : this.data;
  }

  /** Whether the key means something here.
   * @param {string} key */
  press(key) {
    const steps = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });
    if (key in steps) {
      if (this.list.hidden) this.look();
      else this.activate(this.active < 0 && key === "ArrowUp" ? -1 : this.active + steps[key]);
    } else if (key === "Enter") this.enter();
    else if (key === "Escape" && !this.list.hidden) this.close();
    else return false;
    return true;
  }

  async enter() {
    if (this.active < 0) await this.look();
    if (this.active >= 0) this.take(this.now.found[this.active]);
    else if (this.now.isClear) this.take(this.now.found[0]);
    else this.activate(0);
  }

  async look() {
    const { places, spelling } = await this.places();
    if (!this.input.value.trim()) {
      this.close();
      this.now = { found: [], isGuess: false, isClear: false };
      return;
    }
    this.now = search(this.input.value, places, spelling);
    this.show();
  }

  show() {
    const { words } = this.data;
    const shown = this.now.found.slice(0, MOST);
    const said = [shown.length ? "" : words.none, shown.length && this.now.isGuess ? words.guess : ""].filter(Boolean);
    const lines = said.map((text) => make("li", "atlas-search-said", text));
    lines.forEach((line) => line.setAttribute("role", "presentation"));
    this.list.replaceChildren(...lines, ...shown.map((place, i) => this.option(place, i)));
    if (shown.length) said.push(words.count.replace("{n}", String(this.now.found.length)));
    this.heard.textContent = said.join(" ");
    this.list.hidden = false;
    this.active = -1;
    this.input.setAttribute("aria-expanded", String(shown.length > 0));
    this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {Place} place @param {number} i */
  option(place, i) {
    const option = make("li");
    option.id = `${this.id}-${i}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.append(make("span", "", place[0]), make("small", "", place[1]));
    option.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    option.addEventListener("click", () => this.take(place));
    return option;
  }

  /** @param {number} to */
  activate(to) {
    const options = this.list.querySelectorAll("[role=option]");
    if (!options.length) return;
    this.active = (to + options.length) % options.length;
    options.forEach((option, i) => option.setAttribute("aria-selected", String(i === this.active)));
    this.input.setAttribute("aria-activedescendant", options[this.active].id);
    options[this.active].scrollIntoView({ block: "nearest" });
  }

  /** @param {Place} place */
  take(place) {
    const [text, , keys] = place;
    this.input.value = "";
    this.heard.textContent = text;
    this.close();
    this.choose(keys.join(" "));
    goOnAt(keys);
  }

  close() {
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

/** @param {Component<SearchData>} component */
export default function drawSearch(component) {
  whenChanged(component, (parent, data) => {
    parent.replaceChildren(new SearchBox(data, (keys) => component.setTriggerValue("place", keys)).element);
  });
}
