/* The map page of the static site. The page is complete without it; with it, every layer and every day since 2016.
 *
 * The view stands in the address, in the parameters of the app. Classes only change on some days: a layer's file holds
 * them all, and a day shows the last of them. Map, legend, table and figures are those of the app. */
import { button, loadIndex, make, number, unpack } from "./parts/shared.js";
import drawFigures from "./parts/figures.js";
import drawLegend from "./parts/legend.js";
import drawTable from "./parts/table.js";

const ABSENT = "-", FILTERED = ".";
const about = JSON.parse(document.getElementById("site").textContent);
const { lang, words } = about;
const files = new Map();
let layer = null;
let index = null;
let frame = null;

// ---- the view and its address ---------------------------------------------------------------------------------------

const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))
  && text >= about.first && text <= about.today;

function readView() {
  const query = new URLSearchParams(window.location.search);
  const get = (name) => query.get(name) || "";
  return {
    layer: about.layers[get("ebene")] ? get("ebene") : about.layer,
    day: isDay(get("stichtag")) ? get("stichtag") : "",
    district: about.districts.some(([key]) => key === get("kreis")) ? get("kreis") : "",
    ags: /^\d{8}$/.test(get("gemeinde")) ? get("gemeinde") : "",
    looks: new Set(get("stufe").split(" ").filter((key) => /^[a-z_~]+$/.test(key))),
    documented: get("belegt") === "1",
  };
}

let view = readView();

function queryOf(of) {
  const query = new URLSearchParams();
  const put = (name, value) => { if (value) query.set(name, value); };
  put("ebene", of.layer === about.home ? "" : of.layer);
  put("stichtag", of.day);
  put("kreis", of.district);
  put("gemeinde", of.ags);
  put("stufe", [...of.looks].sort().join(" "));
  put("belegt", of.documented ? "1" : "");
  return query;
}

const addressOf = (page, of) => {
  const query = queryOf(of).toString();
  return new URL(query ? `${page}?${query}` : page, document.baseURI).href;
};

/** A file opened from a disk has no address that may change. */
function write(address) {
  if (window.location.protocol !== "file:") window.history.pushState(null, "", address);
}

function go(change) {
  view = { ...view, ...change };
  write(addressOf(about.page, view));
  show();
}

// ---- what holds on a day --------------------------------------------------------------------------------------------

function load(key) {
  if (!files.has(key)) {
    files.set(key, loadIndex(about.layers[key]).then((file) => {
      let codes = [...unpack(file.codes[0])];
      file.written = file.codes.map((change, k) => {
        if (k) {
          codes = codes.slice();
          change.split(",").filter(Boolean).forEach((each) => { codes[parseInt(each.slice(0, -1), 36)] = each.slice(-1); });
        }
        return codes;
      });
      return file;
    }));
  }
  return files.get(key);
}

const place = (file, day) => Math.max(0, file.days.findLastIndex((each) => each <= day));

/** The key of a municipality that is there on the day: its own, or that of whoever took it in. */
function heir(ags, codes, day) {
  const isThere = (key) => index.municipalities.some((row, i) => row[0] === key && codes[i] !== ABSENT);
  let key = ags;
  for (let step = 0; step < 20 && !isThere(key); step += 1) {
    const change = about.changes.find(([old, , effective]) => old === key && effective <= day);
    if (!change) return "";
    [, key] = change;
  }
  return isThere(key) ? key : "";
}

function inside(i) {
  return !view.district || index.municipalities[i][2] === view.district;
}

/** Joint bodies of which two members and more are inside. */
function bodiesInside(text) {
  return text.split(" ").filter(Boolean).map((said) => {
    const [name, members] = said.split(":");
    return [name, members.split(",").filter((position) => inside(parseInt(position, 36)))];
  }).filter(([, members]) => members.length > 1).map(([name, members]) => `${name}:${members.join(",")}`).join(" ");
}

function described(file, day) {
  const k = place(file, day);
  const looks = index.layers[file.layer].looks;
  const keys = new Map(looks.map((look) => [look.code, look.key]));
  const known = new Set(looks.map((look) => look.key));
  const wanted = [...view.looks].filter((key) => known.has(key));
  const counts = new Map();
  const codes = file.written[k].map((code, i) => {
    if (code === ABSENT) return code;
    if (!inside(i)) return FILTERED;
    const key = keys.get(code);
    counts.set(key, (counts.get(key) || 0) + 1);
    return (wanted.length && !wanted.includes(key)) || (view.documented && key === "no_data") ? FILTERED : code;
  });
  const order = [...looks.slice(1), looks[0]].filter((look) => counts.get(look.key) || !look.optional);
  const cards = file.cards[lang][view.district] || [];
  const card = cards.findLast(([from]) => from <= k);
  return {
    codes: codes.join(""),
    legend: order.map((look) => `${look.code}:${counts.get(look.key) || 0}`).join(" "),
    total: [...counts.values()].reduce((sum, each) => sum + each, 0),
    points: file.points[k].filter(inside),
    districtPoints: file.districtPoints[k].filter((key) => !view.district || key === view.district),
    bodies: bodiesInside(file.bodies[k]),
    since: file.since[k],
    cards: card ? card[1] : [],
  };
}

// ---- drawing --------------------------------------------------------------------------------------------------------

const byId = (id) => document.getElementById(id);
const read = (day) => new Intl.DateTimeFormat(lang === "de" ? "de-DE" : "en-GB",
  lang === "de" ? { dateStyle: "medium" } : { dateStyle: "long" }).format(new Date(`${day}T12:00:00`));

function showCards(now) {
  drawFigures({ parentElement: byId("figures"),
    data: { cards: now.cards.map(([heading, doors, note]) => [heading,
      doors.map(([text, target, , isBeside]) => [text, Boolean(isBeside), !target]), note]) },
    setTriggerValue: (_, key) => {
      const [i, j] = key.split("-").map(Number);
      const [, target, looks] = now.cards[i][1][j];
      go({ layer: target, looks: new Set(looks.split(" ")) });
      byId("table").scrollIntoView();
    } });
}

function showLegend(now, day) {
  drawLegend({ parentElement: byId("legend"),
    data: { index: about.index, lang, layer: view.layer, asOf: day, counts: now.legend, points: now.points.length,
      districtPoints: now.districtPoints.length, bodies: now.bodies.split(" ").filter(Boolean).length,
      chosen: [...view.looks].sort().join(" ") },
    setTriggerValue: (_, key) => {
      const looks = new Set(view.looks);
      if (!looks.delete(key)) looks.add(key);
      go({ looks });
    } });
}

function showTable(now) {
  drawTable({ parentElement: byId("table"),
    data: { index: about.index, lang, layer: view.layer, codes: now.codes, since: now.since, plain: true },
    setTriggerValue: (_, ags) => go({ ags }) });
}

function showChosen(ags, now) {
  const box = byId("chosen");
  const row = ags && index.municipalities.findIndex((each, i) => each[0] === ags && now.codes[i] !== ABSENT);
  if (!ags || row < 0) {
    box.replaceChildren(make("p", "atlas-small", view.ags ? words.absent : words.choose));
    return;
  }
  const [, name, district] = index.municipalities[row];
  const look = index.layers[view.layer].looks.find((each) => each.code === now.codes[row]);
  const line = make("p");
  if (words.page && (!about.pages || about.pages.includes(ags))) {
    const link = make("a", "", words.page);
    link.href = new URL(`${about.prefix}gemeinde/${ags}/index.html`, document.baseURI).href;
    line.append(link);
  }
  const clear = button("atlas-copy", words.clear, () => go({ ags: "" }));
  box.replaceChildren(make("h2", "", name), make("p", "", index.districts[district].name),
    make("p", "", look ? look.label[lang] : index.words[lang].filtered), line, clear);
}

function showMap(now, day, ags) {
  if (!frame || !frame.contentWindow.atlasMap) return;
  frame.contentWindow.atlasMap.show({ layer: view.layer, asOf: day, codes: now.codes, points: now.points,
    districtPoints: now.districtPoints, selected: ags, district: view.district, lang, bodies: now.bodies });
  if (frame.className) {
    frame.className = "";
    byId("map").replaceChildren(...[...byId("map").children].filter((each) => each === frame));
  }
}

function showControls(day) {
  document.querySelectorAll("[data-layer]").forEach((link) => {
    if (link.dataset.layer === view.layer) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    link.href = addressOf(about.page, { ...view, layer: link.dataset.layer, looks: new Set() });
  });
  byId("day").value = day;
  byId("district").value = view.district;
  byId("documented").checked = view.documented;
  const other = document.querySelector("a.other");
  if (other) other.href = addressOf(about.other, view);
  document.querySelector("h1").textContent = index.layers[view.layer].label[lang];
}

async function show() {
  const asked = view;
  const file = await load(view.layer);
  if (asked !== view) return;
  layer = file;
  const day = view.day || about.today;
  const now = described(layer, day);
  const ags = view.ags ? heir(view.ags, [...layer.written[place(layer, day)]], day) : "";
  showMap(now, day, ags);
  showControls(day);
  byId("as-of").textContent = words.asOf.replace("{day}", () => read(day)).replace("{n}", () => number(now.total, lang));
  showCards(now);
  showLegend(now, day);
  showChosen(ags, now);
  showTable(now);
}

// ---- controls -------------------------------------------------------------------------------------------------------

function labelled(text, control, className = "") {
  const label = make("label", className);
  if (className) label.append(control, make("span", "", text));
  else label.append(make("span", "", text), control);
  return label;
}

function search() {
  const box = make("input");
  box.type = "search";
  box.setAttribute("list", "places");
  const list = make("datalist");
  list.id = "places";
  list.append(...about.search.map(([text]) => { const option = make("option"); option.value = text; return option; }));
  box.addEventListener("input", () => {
    const found = about.search.find(([text]) => text === box.value);
    if (!found) return;
    const codes = layer.written[place(layer, view.day || about.today)];
    const isThere = (key) => index.municipalities.some((row, i) => row[0] === key && codes[i] !== ABSENT);
    go({ ags: found[1].find(isThere) || found[1][found[1].length - 1] });
    box.value = "";
  });
  const label = labelled(words.search, box);
  label.append(list);
  return label;
}

function districts() {
  const box = make("select");
  box.id = "district";
  box.append(...[["", words.whole], ...about.districts].map(([key, name]) => {
    const option = make("option", "", name);
    option.value = key;
    return option;
  }));
  box.addEventListener("change", () => go({ district: box.value }));
  return labelled(words.district, box);
}

function days() {
  const box = make("input");
  Object.assign(box, { type: "date", id: "day", min: about.first, max: about.today });
  box.addEventListener("change", () => { if (isDay(box.value)) go({ day: box.value === about.today ? "" : box.value }); });
  return labelled(words.day, box);
}

function documented() {
  const box = make("input");
  Object.assign(box, { type: "checkbox", id: "documented" });
  box.addEventListener("change", () => go({ documented: box.checked }));
  return labelled(words.documented, box, "check");
}

function copy() {
  const said = make("span", "atlas-small");
  said.setAttribute("role", "status");
  const made = button("atlas-copy", words.copy, async () => {
    const link = addressOf(about.page, { ...view, day: view.day || about.today });
    try {
      await navigator.clipboard.writeText(link);
      said.textContent = words.copied;
    } catch (error) {
      window.history.replaceState(null, "", link);
      said.textContent = words.inBar;
    }
    setTimeout(() => { said.textContent = ""; }, 4000);
  });
  const box = make("span");
  box.append(made, said);
  return box;
}

async function start() {
  const asksEnglish = new URLSearchParams(window.location.search).get("lang") === "en";
  if (asksEnglish && lang === "de" && about.map) {
    window.location.replace(addressOf(about.other, view));
    return;
  }
  // The frame starts to load at once, behind the picture, and takes its place when it shows the same.
  const map = make("iframe");
  map.title = words.map;
  map.className = "waiting";
  document.addEventListener("atlas:frame", () => { frame = map; if (layer) show(); });
  document.addEventListener("atlas:pick", ({ detail }) => go({ ags: detail.ags }));
  if (about.map) map.src = new URL(about.map, document.baseURI).href;
  else map.srcdoc = about.mapPage;
  byId("map").append(map);
  window.addEventListener("popstate", () => { view = readView(); show(); });
  document.querySelectorAll("[data-layer]").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    go({ layer: link.dataset.layer, looks: new Set() });
  }));
  byId("controls").replaceChildren(search(), days(), districts(), documented(), ...(about.map ? [copy()] : []));
  [index] = await Promise.all([loadIndex(about.index), load(view.layer)]);
  byId("table").replaceChildren();
  await show();
}

start();
