/* The table of equal content beside the map: a real <table>, sortable by its headings, from the same class codes as
 * the map. Below it the same rows as files. */
import { button, make, number, swatch, unpack, whenChanged } from "./shared.js";

const ABSENT = "-", FILTERED = ".";
const COLUMNS = ["name", "district", "status", "since"];

/** A partial date as what it sorts by and what is read. */
function since(raw, lang, words) {
  if (raw === "?") return ["0", words.undated];
  const knownBy = raw.startsWith("<");
  const plain = knownBy ? raw.slice(1) : raw;
  const [year, month, day] = plain.split("-").map(Number);
  const german = lang === "de";
  const form = { year: "numeric", ...(month && { month: day && german ? "2-digit" : "long" }),
    ...(day && { day: german ? "2-digit" : "numeric" }) };
  const read = new Intl.DateTimeFormat(german ? "de-DE" : "en-GB", form)
    .format(new Date(year, (month || 1) - 1, day || 1));
  return [plain, knownBy ? words.knownBy.replace("{day}", read) : read];
}

function rows(index, data) {
  const words = index.words[data.lang];
  const looks = new Map(index.layers[data.layer].looks.map((look, rank) => [look.code, { ...look, rank }]));
  const dates = new Map(data.since.split(" ").filter(Boolean).flatMap((group) => {
    const [date, positions] = group.split(":");
    return positions.split(",").map((position) => [parseInt(position, 36), date]);
  }));
  const found = [];
  [...unpack(data.codes)].forEach((code, i) => {
    if (code === ABSENT || code === FILTERED) return;
    const [ags, name, district] = index.municipalities[i];
    const look = looks.get(code);
    const place = index.districts[district].name;
    const [order, read] = dates.has(i) ? since(dates.get(i), data.lang, words) : ["", ""];
    found.push({ ags, look, name, district: place, status: look.label[data.lang], since: read,
      sort: { name, district: place, status: look.rank || 99, since: order } });
  });
  return found;
}

function compare({ key, ascending }, lang) {
  const collator = new Intl.Collator(lang, { numeric: true });
  return (a, b) => {
    const [x, y] = [a.sort[key], b.sort[key]];
    if ((x === "") !== (y === "")) return x === "" ? 1 : -1;
    const order = typeof x === "number" ? x - y : collator.compare(x, y);
    return (ascending ? order : -order) || collator.compare(a.sort.name, b.sort.name);
  };
}

function line(row, choose) {
  const element = make("tr");
  element.dataset.ags = row.ags;
  const head = make("th");
  head.scope = "row";
  head.append(button("row-name", row.name, () => choose(row.ags)));
  const status = make("td");
  status.append(swatch(row.look), make("span", "", row.status));
  element.append(head, make("td", "", row.district), status, make("td", "", row.since));
  return element;
}

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

function files(words) {
  const place = make("p", "atlas-files");
  [["excel", words.excel], ["csv", words.csv]].forEach(([form, label]) => {
    const link = make("a", "atlas-copy", label);
    link.download = "";
    link.href = "#";
    link.addEventListener("click", () => { // the address bar always holds the view
      const query = new URLSearchParams(window.location.search);
      query.set("form", form);
      link.href = new URL(`atlas/tabelle.csv?${query}`, document.baseURI).href;
    });
    place.append(link);
  });
  return place;
}

function draw(place, data, index, sorting, choose) {
  const words = index.words[data.lang];
  const found = rows(index, data).sort(compare(sorting, data.lang));
  const table = make("table", "atlas-table");
  const resort = (key, i) => {
    sorting.ascending = sorting.key === key ? !sorting.ascending : true;
    sorting.key = key;
    draw(place, data, index, sorting, choose);
    place.querySelectorAll("button.sort")[i].focus();
  };
  const head = make("thead"), body = make("tbody");
  head.append(headings(index, data, sorting, resort));
  body.append(...found.map((row) => line(row, choose)));
  if (!found.length) {
    const cell = make("td", "", words.empty);
    cell.colSpan = COLUMNS.length;
    const empty = make("tr");
    empty.append(cell);
    body.append(empty);
  }
  table.append(make("caption", "", `${words.rows}: ${number(found.length, data.lang)}`), head, body);
  const scroll = make("div", "atlas-table-scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", words.rows);
  scroll.append(table);
  place.replaceChildren(make("h2", "atlas-h2", words.table), scroll, files(words));
}

const sortings = new WeakMap();

export default function (component) {
  const { parentElement, setTriggerValue } = component;
  if (!sortings.has(parentElement)) sortings.set(parentElement, { key: "name", ascending: true });
  whenChanged(component, (place, data, index) =>
    draw(place, data, index, sortings.get(parentElement), (ags) => setTriggerValue("ags", ags)));
}
