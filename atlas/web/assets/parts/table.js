/* The table of equal content beside the map: a real <table>, sortable by its headings, from the same class codes as
 * the map. Below it the same rows as files. */
import { ABSENT, FILTERED, NO_DATA, button, localeOf, make, makeOneStop, makeStop, number, positions, swatch,
  unpack, whenChanged } from "./shared.js";
import { mountFilm } from "./film.js";

/** @typedef {{ index: string, lang: Lang, layer: string, codes: string, since: string, plain?: boolean,
 *   still?: boolean }} TableData */
/** @typedef {"name" | "district" | "status" | "since"} Column */
/** @typedef {Record<Column, string> & { ags: string, look: Look, sort: Record<Column, string | number> }} Row */
/** What a table remembers while its data change. @typedef {{ key: Column, ascending: boolean, all?: boolean,
 *   lines: Map<string, HTMLTableRowElement> }} Memory */

/** Above so many rows, only what is documented is in the table until the reader asks for all. */
const MOST = 2500;
/** @type {Column[]} */
const COLUMNS = ["name", "district", "status", "since"];

/** A date as the server shortened it, in full: `2106` is 2021-06, `62h` that many days after the first of 2000, `.1998` is 1998.
 * @param {string} short */
function inFull(short) {
  if (short.startsWith(".")) return short.slice(1);
  if (short.length !== 3) return `20${short.replace(/(..)(?=.)/g, "$1-")}`;
  return new Date(Date.UTC(2000, 0, 1 + parseInt(short, 36))).toISOString().slice(0, 10);
}

/** What stands in the column of dates, and what it sorts by: a letter in front says what the date is (since.py).
 * @param {string} raw @param {Lang} lang @param {Words} words @returns {[string, string]} */
export function since(raw, lang, words) {
  const kind = /^[a-z]/.test(raw) ? raw[0] : "";
  const [order, read] = dated(kind ? raw.slice(1) : raw, lang, words);
  const [told, undated] = words.sinces[kind];
  return [order, read ? told.replace("{since}", () => read) : undated];
}

/** A partial date as what it sorts by and what is read.
 * @param {string} raw @param {Lang} lang @param {Words} words @returns {[string, string]} */
function dated(raw, lang, words) {
  if (raw === "") return ["0", ""];
  if (raw === "?") return ["0", words.undated];
  if (raw.startsWith("?")) return ["0", words.readOn.replace("{day}", dated(raw.slice(1), lang, words)[1])];
  const knownBy = raw.startsWith("<");
  const plain = inFull(knownBy ? raw.slice(1) : raw);
  const read = partialDate(plain, lang);
  return [plain, knownBy ? words.knownBy.replace("{day}", read) : read];
}

/** Year, month or day in words.
 * @param {string} plain @param {Lang} lang */
function partialDate(plain, lang) {
  const [year, month = 0, day = 0] = plain.split("-").map(Number);
  const isGerman = lang === "de";
  /** @type {Intl.DateTimeFormatOptions} */
  const form = { year: "numeric", ...(month && { month: day && isGerman ? "2-digit" : "long" }),
    ...(day && { day: isGerman ? "2-digit" : "numeric" }) };
  return new Intl.DateTimeFormat(localeOf(lang), form).format(new Date(year, (month || 1) - 1, day || 1));
}

/** A row for each municipality the view shows.
 * @param {MapIndex} index @param {TableData} data */
function rows(index, data) {
  const words = index.words[data.lang];
  const looks = new Map(index.layers[data.layer].looks.map((look, rank) => [look.code, { ...look, rank }]));
  const dates = new Map(data.since.split(" ").filter(Boolean).flatMap((group) => {
    const [date, gaps] = group.split(":");
    return positions(gaps).map((position) => /** @type {[number, string]} */ ([position, date]));
  }));
  /** @type {Row[]} */
  const found = [];
  [...unpack(data.codes)].forEach((code, i) => {
    const look = looks.get(code);
    if (code === ABSENT || code === FILTERED || !look) return;
    const [ags, name, district] = index.municipalities[i];
    const place = index.districts[district].name;
    const date = dates.get(i);
    const [order, read] = date === undefined ? ["", ""] : since(date, data.lang, words);
    found.push({ ags, look, name, district: place, status: look.label[data.lang], since: read,
      sort: { name, district: place, status: look.rank || 99, since: order } });
  });
  return found;
}

/** @param {Memory} sorting @param {Lang} lang @returns {(a: Row, b: Row) => number} */
function compare({ key, ascending }, lang) {
  const collator = new Intl.Collator(lang, { numeric: true });
  return (a, b) => {
    const [x, y] = [a.sort[key], b.sort[key]];
    if ((x === "") !== (y === "")) return x === "" ? 1 : -1;
    const order = typeof x === "number" ? x - Number(y) : collator.compare(x, String(y));
    return (ascending ? order : -order) || collator.compare(a.name, b.name);
  };
}

/** The row of a municipality: made once, later only brought up to date.
 * @param {Memory["lines"]} known @param {Row} row @param {(ags: string) => void} choose */
function lineOf(known, row, choose) {
  let element = known.get(row.ags);
  if (!element) {
    element = make("tr");
    element.dataset.ags = row.ags;
    const head = make("th");
    head.scope = "row";
    head.append(button("row-name", row.name, () => choose(row.ags)));
    element.append(head, make("td", "", row.district), make("td"), make("td"));
    known.set(row.ags, element);
  }
  const [, , status, date] = element.cells;
  const look = `${row.look.key} ${row.status}`;
  if (status.dataset.look !== look) {
    status.dataset.look = look;
    status.replaceChildren(swatch(row.look), make("span", "", row.status));
  }
  if (date.textContent !== row.since) date.textContent = row.since;
  return element;
}

/** @param {MapIndex} index @param {TableData} data @param {Memory} sorting @param {(key: Column, i: number) => void} resort */
function headings(index, data, sorting, resort) {
  const words = index.words[data.lang];
  const labels = [words.municipality, words.district, index.layers[data.layer].label[data.lang], words.since];
  const header = make("tr");
  header.append(...COLUMNS.map((key, i) => {
    const cell = make("th");
    cell.scope = "col";
    const active = sorting.key === key;
    cell.setAttribute("aria-sort", active ? (sorting.ascending ? "ascending" : "descending") : "none");
    const sort = button("sort", labels[i], () => resort(key, i));
    const arrow = make("span", "arrow", active ? (sorting.ascending ? " ▲" : " ▼") : " ↕");
    arrow.setAttribute("aria-hidden", "true");
    sort.append(arrow);
    sort.title = words.sort;
    cell.append(sort);
    return cell;
  }));
  return header;
}

/** Links to the rows as files.
 * @param {Words} words */
function files(words) {
  return [["excel", words.excel], ["plain", words.csv]].map(([form, label]) => {
    const link = make("a", "atlas-copy", label);
    link.download = "";
    link.href = "#";
    link.addEventListener("click", () => { // the address bar always holds the view
      const query = new URLSearchParams(window.location.search);
      query.set("form", form);
      link.href = new URL(`atlas/tabelle.csv?${query}`, document.baseURI).href;
    });
    return link;
  });
}

/** Where an arrow key leads among the buttons of the table: headings side by side, below them one in each row.
 * @param {string} key @param {number} at @param {number} last @returns {number | undefined} */
function nextStop(key, at, last) {
  const first = COLUMNS.length;
  const isHeading = at < first;
  return {
    ArrowDown: isHeading ? first : at + 1,
    ArrowUp: isHeading ? at : at === first ? 0 : at - 1,
    ArrowRight: isHeading ? Math.min(at + 1, first - 1) : at,
    ArrowLeft: isHeading ? Math.max(at - 1, 0) : at,
    Home: first,
    End: last,
  }[key];
}

/** @param {HTMLElement} place */
function skeleton(place) {
  const scroll = make("div", "atlas-table-scroll");
  scroll.setAttribute("role", "region");
  makeOneStop(scroll, nextStop);
  const table = make("table", "atlas-table");
  table.append(make("caption"), make("thead"), make("tbody"));
  scroll.append(table);
  place.replaceChildren(make("div", "atlas-film-place"), make("h2", "atlas-h2"), scroll, make("p", "atlas-rest"), make("p", "atlas-files"));
}

/** @param {HTMLElement} place @param {TableData} data @param {MapIndex} index @param {Memory} memory
 * @param {(ags: string) => void} choose */
function draw(place, data, index, memory, choose) {
  const words = index.words[data.lang];
  if (!place.querySelector("table")) skeleton(place);
  const inside = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (place.querySelector(selector));
  const all = rows(index, data);
  const isCut = all.length > MOST && !memory.all;
  const found = (isCut ? all.filter((row) => row.look.code !== NO_DATA) : all).sort(compare(memory, data.lang));
  const resort = (/** @type {Column} */ key, /** @type {number} */ i) => {
    memory.ascending = memory.key === key ? !memory.ascending : true;
    memory.key = key;
    draw(place, data, index, memory, choose);
    /** @type {NodeListOf<HTMLElement>} */ (place.querySelectorAll("button.sort"))[i].focus();
  };
  inside("h2").textContent = words.table;
  inside("caption").textContent = `${words.rows}: ${number(found.length, data.lang)}`;
  inside("thead").replaceChildren(headings(index, data, memory, resort));
  const lines = found.map((row) => lineOf(memory.lines, row, choose));
  const body = inside("tbody");
  const same = lines.length === body.children.length && lines.every((each, i) => each === body.children[i]);
  if (!lines.length) body.replaceChildren(nobody(words));
  else if (!same) body.replaceChildren(...lines);
  const scroll = inside(".atlas-table-scroll");
  scroll.setAttribute("aria-label", words.rows);
  const stop = scroll.querySelector("button[tabindex='0']") || scroll.querySelector("button");
  if (stop instanceof HTMLButtonElement) makeStop(scroll, stop);
  inside(".atlas-rest").replaceChildren(...(isCut ? [rest(all.length - found.length, data, words, () => {
    memory.all = true;
    draw(place, data, index, memory, choose);
    inside(".atlas-table-scroll button").focus();
  })] : []));
  if (!data.plain) inside(".atlas-files").replaceChildren(...files(words));
}

/** The way to the rows that are left out at first.
 * @param {number} count @param {TableData} data @param {Words} words @param {() => void} show */
function rest(count, data, words, show) {
  return button("atlas-rest-button", words.rest.replace("{n}", () => number(count, data.lang)), show);
}

/** @param {Words} words */
function nobody(words) {
  const cell = make("td", "", words.empty);
  cell.colSpan = COLUMNS.length;
  const line = make("tr");
  line.append(cell);
  return line;
}

/** @type {WeakMap<HTMLElement, Memory>} */
const memories = new WeakMap();

/** @param {Component<TableData>} component */
export default function drawTable(component) {
  const { parentElement, setTriggerValue } = component;
  const memory = memories.get(parentElement) || { key: "name", ascending: true, lines: new Map() };
  memories.set(parentElement, memory);
  whenChanged(component, (place, data, index) => {
    draw(place, data, index, memory, (ags) => setTriggerValue("ags", ags));
    if (!data.still && !data.plain) mountFilm(/** @type {HTMLElement} */ (place.querySelector(".atlas-film-place")), data.lang,
      index.words[data.lang].film, (day) => setTriggerValue("day", day));
  }, { idle: true });
}
