/* The map page of the static site. The page is complete without it; with it, every layer and every day since 2016.
 *
 * The view stands in the address, in the parameters of the app. Classes only change on some days: a layer's file holds
 * them all, and a day shows the last of them. Map, legend, table and figures are those of the app. */
import drawFigures from "../parts/figures.js";
import drawLegend from "../parts/legend.js";
import { ABSENT, bodiesOf, button, copyButton, loadIndex, localeOf, make, number } from "../parts/shared.js";
import drawSearch from "../parts/search.js";
import drawTable from "../parts/table.js";
import { described, successorOn, thereOn, unpackDays } from "./days.js";
import { sayMisread } from "./misread.js";
import { checksOf, isDay, queryOf, readView } from "./view.js";

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @type {About} */
const about = JSON.parse(byId("site").textContent || "");
const { lang, words } = about;
/** By layer. @type {Map<string, Promise<Days>>} */
const files = new Map();
/** The layer shown, once it is there. @type {Days | null} */
let layer = null;
/** @type {MapIndex} */
let index;
/** The frame of the map, once its script runs. @type {HTMLIFrameElement | null} */
let frame = null;
let view = readView(window.location.search, about);

// ---- the view and its address ---------------------------------------------------------------------------------------

/** @param {string} page @param {SiteView} of */
function addressOf(page, of) {
  const query = queryOf(of, about.home);
  return new URL(query ? `${page}?${query}` : page, document.baseURI).href;
}

/** A file opened from a disk has no address that may change.
 * @param {string} address */
function write(address) {
  if (window.location.protocol !== "file:") window.history.pushState(null, "", address);
}

/** @param {Partial<SiteView>} change */
function go(change) {
  view = { ...view, ...change };
  byId("misread").hidden = true;
  write(addressOf(about.page, view));
  show();
}

/** Say what of the address the page was opened with cannot be read. */
const sayFaults = () => sayMisread(about, checksOf(about, index, view.layer));

// ---- what holds on a day --------------------------------------------------------------------------------------------

/** @param {string} key @returns {Promise<Days>} */
function load(key) {
  const known = files.get(key) || loadIndex(about.layers[key]).then(unpackDays);
  files.set(key, known);
  return known;
}

// ---- drawing --------------------------------------------------------------------------------------------------------

/** @typedef {ReturnType<typeof described>} Now */
/** @param {string} day */
const read = (day) => new Intl.DateTimeFormat(localeOf(lang), { dateStyle: lang === "de" ? "medium" : "long" })
  .format(new Date(`${day}T12:00:00`));

/** @param {Now} now */
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

/** @param {Now} now @param {string} day */
function showLegend(now, day) {
  drawLegend({ parentElement: byId("legend"),
    data: { index: about.index, lang, layer: view.layer, asOf: day, counts: now.legend, points: now.points.length,
      districtPoints: now.districtPoints.length, bodies: bodiesOf(now.bodies).length,
      chosen: [...view.looks].sort().join(" "), isFirst: true },
    setTriggerValue: (_, key) => {
      const looks = new Set(view.looks);
      if (!looks.delete(key)) looks.add(key);
      go({ looks });
    } });
}

/** @param {Now} now */
function showTable(now) {
  drawTable({ parentElement: byId("table"),
    data: { index: about.index, lang, layer: view.layer, codes: now.codes, since: now.since, plain: true },
    setTriggerValue: (_, ags) => go({ ags }) });
}

/** @param {string} ags @param {Now} now */
function showChosen(ags, now) {
  const box = byId("chosen");
  const row = index.municipalities.findIndex((each, i) => each[0] === ags && now.codes[i] !== ABSENT);
  if (row < 0) {
    box.replaceChildren(make("p", "atlas-small", view.ags ? words.absent : words.choose));
    return;
  }
  const [, name, district] = index.municipalities[row];
  const look = index.layers[view.layer].looks.find((each) => each.code === now.codes[row]);
  const label = look ? look.label[lang] : index.words[lang].filtered;
  const ways = make("p", "atlas-links");
  if (words.page && (!about.pages || about.pages.includes(ags))) {
    const link = make("a", "", words.page);
    link.href = new URL(`${about.prefix}gemeinde/${ags}/index.html`, document.baseURI).href;
    ways.append(link);
  }
  ways.append(button("atlas-copy", words.clear, () => go({ ags: "" })));
  box.dataset.gemeinde = ags; // where the search puts the focus
  box.replaceChildren(make("h2", "", name), make("p", "", `${index.districts[district].name} · ${label}`), ways);
}

/** @param {Now} now @param {string} day @param {string} ags */
function showMap(now, day, ags) {
  const map = frame?.contentWindow?.atlasMap;
  if (!frame || !map) return;
  map.show({ layer: view.layer, asOf: day, codes: now.codes, points: now.points,
    districtPoints: now.districtPoints, selected: ags, district: view.district, lang, bodies: now.bodies });
  if (frame.classList.contains("waiting")) {
    frame.classList.remove("waiting");
    byId("map").replaceChildren(...[...byId("map").children].filter((each) => each === frame));
  }
}

/** @param {string} id */
const input = (id) => /** @type {HTMLInputElement} */ (byId(id));
/** @returns {NodeListOf<HTMLAnchorElement>} */
const layerLinks = () => document.querySelectorAll("a[data-layer]");

/** @param {string} day */
function showControls(day) {
  layerLinks().forEach((link) => {
    if (link.dataset.layer === view.layer) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    link.href = addressOf(about.page, { ...view, layer: link.dataset.layer || "", looks: new Set() });
  });
  input("day").value = day;
  input("district").value = view.district;
  input("documented").checked = view.documented;
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a.other"));
  links.forEach((link) => { link.href = addressOf(about.others[link.hreflang], view); });
  /** @type {HTMLElement} */ (document.querySelector("h1")).textContent = index.layers[view.layer].label[lang];
}

async function show() {
  const wanted = view;
  const file = await load(view.layer);
  if (wanted !== view) return;
  layer = file;
  const day = view.day || about.today;
  const now = described(file, day, view, index, lang);
  const ags = successorOn(view.ags, file, day, index, about.changes);
  showMap(now, day, ags);
  showControls(day);
  byId("as-of").textContent = words.asOf.replace("{day}", () => read(day)).replace("{n}", () => number(now.total, lang));
  showCards(now);
  showLegend(now, day);
  showChosen(ags, now);
  showTable(now);
}

// ---- controls -------------------------------------------------------------------------------------------------------

/** Make the fields do what they say. They stand in the page so that nothing moves when this script comes. */
function wake() {
  drawSearch({ parentElement: byId("search"), data: about.search, setTriggerValue: (_, value) => {
    const keys = value.split(" ");
    if (about.districts.includes(keys[0])) go({ district: keys[0] });
    else go({ ags: (layer && keys.find(thereOn(layer, view.day || about.today, index))) || keys[keys.length - 1] });
  } });
  const day = input("day"), district = input("district"), onlyActive = input("documented");
  day.addEventListener("change", () => { if (isDay(day.value, about)) go({ day: day.value === about.today ? "" : day.value }); });
  district.addEventListener("change", () => go({ district: district.value }));
  onlyActive.addEventListener("change", () => go({ documented: onlyActive.checked }));
  byId("copy")?.replaceChildren(...copyButton({ label: words.copy, done: words.copied, inBar: words.inBar },
    () => addressOf(about.page, { ...view, day: view.day || about.today })));
  byId("controls").inert = false;
}

async function start() {
  const asked = about.others[new URLSearchParams(window.location.search).get("lang") || ""];
  if (asked !== undefined && !about.prefix && about.map) {
    window.location.replace(new URL(asked + window.location.search, document.baseURI).href);
    return;
  }
  // The frame starts to load at once, behind the picture, and takes its place when it shows the same.
  const map = make("iframe");
  map.title = words.map;
  map.className = "stCustomComponentV1 waiting";
  document.addEventListener("atlas:frame", () => { frame = map; if (layer) show(); });
  document.addEventListener("atlas:pick", ({ detail }) => go({ ags: detail.ags }));
  if (about.map) map.src = new URL(about.map, document.baseURI).href;
  else map.srcdoc = about.mapPage;
  byId("map").append(map);
  window.addEventListener("popstate", () => { view = readView(window.location.search, about); sayFaults(); show(); });
  layerLinks().forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    go({ layer: link.dataset.layer || "", looks: new Set() });
  }));
  [index] = await Promise.all([loadIndex(about.index), load(view.layer)]);
  wake();
  sayFaults();
  byId("table").replaceChildren();
  await show();
}

start();
