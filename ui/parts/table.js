/* The table of equal content beside the map: a real <table>, sortable by its headings, drawn from the same class
 * codes as the map. Names and words come from the same file the map reads; text is set with textContent. */
const indexes = new Map();
const ABSENT = "-", FILTERED = ".";

function load(url) {
  if (!indexes.has(url)) indexes.set(url, fetch(url).then((answer) => answer.json()));
  return indexes.get(url);
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A partial date as text that sorts and text that is read. */
function since(raw, lang, words) {
  if (raw === "?") return ["0", words.undated];
  const knownBy = raw.startsWith("<");
  const plain = knownBy ? raw.slice(1) : raw;
  const [year, month, day] = plain.split("-").map(Number);
  const form = { year: "numeric", ...(month && { month: day && lang === "de" ? "2-digit" : "long" }),
    ...(day && { day: lang === "de" ? "2-digit" : "numeric" }) };
  const read = new Intl.DateTimeFormat(lang === "de" ? "de-DE" : "en-GB", form)
    .format(new Date(year, (month || 1) - 1, day || 1));
  return [plain, knownBy ? words.knownBy.replace("{day}", read) : read];
}

function rows(index, data) {
  const words = index.words[data.lang];
  const looks = new Map(index.layers[data.layer].map((look, rank) => [look.code, { ...look, rank }]));
  const dates = new Map(data.since.split(" ").filter(Boolean).map((pair) => pair.split(":")));
  const found = [];
  [...data.codes].forEach((code, i) => {
    if (code === ABSENT || code === FILTERED) return;
    const [ags, name, district] = index.municipalities[i];
    const look = looks.get(code);
    const [order, read] = dates.has(String(i)) ? since(dates.get(String(i)), data.lang, words) : ["", ""];
    found.push({ ags, name, district: index.districts[district].name, look, status: look.label[data.lang],
      since: read, sort: { name, district: index.districts[district].name, status: look.rank || 99, since: order } });
  });
  return found;
}

function compare(key, ascending, lang) {
  const collator = new Intl.Collator(lang === "de" ? "de" : "en", { numeric: true });
  return (a, b) => {
    const [x, y] = [a.sort[key], b.sort[key]];
    if ((x === "") !== (y === "")) return x === "" ? 1 : -1;
    const order = typeof x === "number" ? x - y : collator.compare(x, y);
    return (ascending ? order : -order) || collator.compare(a.sort.name, b.sort.name);
  };
}

function cells(row, choose) {
  const line = make("tr");
  line.dataset.ags = row.ags;
  const head = make("th");
  head.scope = "row";
  const button = make("button", "row-name", row.name);
  button.type = "button";
  button.addEventListener("click", () => choose(row.ags));
  head.append(button);
  const status = make("td");
  const swatch = make("i", `swatch hatch-${row.look.hatch}`);
  swatch.style.setProperty("--fill", row.look.colour);
  swatch.style.setProperty("--line", row.look.line);
  swatch.setAttribute("aria-hidden", "true");
  status.append(swatch, make("span", "", row.status));
  line.append(head, make("td", "", row.district), status, make("td", "", row.since));
  return line;
}

function draw(place, index, data, sorting, choose) {
  const words = index.words[data.lang];
  const found = rows(index, data).sort(compare(sorting.key, sorting.ascending, data.lang));
  const table = make("table", "atlas-table");
  const caption = make("caption", "", `${words.rows}: ${new Intl.NumberFormat(data.lang).format(found.length)}`);
  const header = make("tr");
  [["name", words.municipality], ["district", words.district], ["status", data.title], ["since", words.since]]
    .forEach(([key, label]) => {
      const cell = make("th");
      cell.scope = "col";
      const active = sorting.key === key;
      cell.setAttribute("aria-sort", active ? (sorting.ascending ? "ascending" : "descending") : "none");
      const button = make("button", "sort", label);
      button.type = "button";
      button.title = `${label}: ${words.sort}`;
      button.append(make("span", "arrow", active ? (sorting.ascending ? " ▲" : " ▼") : " ↕"));
      button.addEventListener("click", () => {
        sorting.ascending = active ? !sorting.ascending : true;
        sorting.key = key;
        draw(place, index, data, sorting, choose);
        place.querySelectorAll("button.sort")[["name", "district", "status", "since"].indexOf(key)].focus();
      });
      cell.append(button);
      header.append(cell);
    });
  const head = make("thead"), body = make("tbody");
  head.append(header);
  body.append(...found.map((row) => cells(row, choose)));
  if (!found.length) {
    const cell = make("td", "", words.empty);
    cell.colSpan = 4;
    const line = make("tr");
    line.append(cell);
    body.append(line);
  }
  table.append(caption, head, body);
  const scroll = make("div", "atlas-table-scroll");
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", words.rows);
  const old = place.querySelector(".atlas-table-scroll");
  scroll.append(table);
  place.replaceChildren(scroll);
  if (old) scroll.scrollTop = old.scrollTop;
}

const sortings = new WeakMap();

export default async function (component) {
  const { parentElement, data, setTriggerValue } = component;
  if (!sortings.has(parentElement)) sortings.set(parentElement, { key: "name", ascending: true });
  const signature = JSON.stringify(data);
  if (parentElement.atlasDrawn === signature) return;
  parentElement.atlasDrawn = signature;
  const index = await load(new URL(data.index, document.baseURI).href);
  if (parentElement.atlasDrawn !== signature) return;
  draw(parentElement, index, data, sortings.get(parentElement), (ags) => setTriggerValue("ags", ags));
}
