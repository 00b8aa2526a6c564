/* The months of the map, played in the browser: one file with all of them, then no word to the server.
 *
 * Map and legend follow; "show this date" makes the month the page's own date. With reduced motion nothing runs by
 * itself: the same button goes one month on. The month stands in the address (`verlauf`), so it can be linked. */
import { button, codesOfDays, localeOf, make } from "./shared.js";

const STEP_MS = 130;
/** By query. @type {Map<string, Promise<Month[]>>} */
const films = new Map();

/** The film of the view in the address, month by month.
 * @param {string} wanted a query */
function load(wanted) {
  const film = films.get(wanted) || fetch(new URL(`atlas/verlauf.json?${wanted}`, document.baseURI)).then(async (answer) => {
    if (!answer.ok) throw new Error(`${answer.status}`);
    return monthsOf(await answer.json());
  }).catch((error) => { films.delete(wanted); throw error; });
  films.set(wanted, film);
  return film;
}

/** The months of a film, its codes written out.
 * @param {Film} film @returns {Month[]} */
export function monthsOf(film) {
  const codes = codesOfDays(film.codes);
  return film.days.map((day, k) => {
    const counts = Object.fromEntries(Object.entries(film.counts).map(([key, values]) => [key, values[k]]));
    return { asOf: day, codes: codes[k].join(""), points: film.points[k], districtPoints: film.districtPoints[k], counts,
      total: film.totals[k] };
  });
}

const theMap = () => [...document.querySelectorAll("iframe")].find((frame) => frame.contentWindow?.atlasMap)?.contentWindow?.atlasMap;

/** Show a month, or with null the view, on the map and to whoever listens.
 * @param {Month | null} month */
function tell(month) {
  theMap()?.film(month);
  document.documentElement.classList.toggle("atlas-filming", Boolean(month));
  document.dispatchEvent(new CustomEvent("atlas:film", { detail: month }));
}

/** The month as part of the address; no word to the server.
 * @param {string | null} day */
function remember(day) {
  const url = new URL(window.location.href);
  if (day) url.searchParams.set("verlauf", day.slice(0, 7));
  else url.searchParams.delete("verlauf");
  if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
}

/** @param {string} day @param {Lang} lang */
function said(day, lang) {
  const [year, month, date] = day.split("-").map(Number);
  return new Intl.DateTimeFormat(localeOf(lang), { year: "numeric", month: "long", day: "numeric" })
    .format(new Date(year, month - 1, date));
}

class Player {
  /** @param {HTMLElement} place @param {Lang} lang @param {Record<string, string>} words @param {(day: string) => void} choose */
  constructor(place, lang, words, choose) {
    this.place = place;
    this.lang = lang;
    this.words = words;
    /** Number of the month shown, -1 for the view itself. */
    this.at = -1;
    this.timer = 0;
    /** What the server has told, nothing before it was asked. @type {Month[]} */
    this.months = [];
    this.reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
    const row = make("section", "atlas-film");
    row.setAttribute("aria-label", words.title);
    this.play = button("atlas-copy", "", () => this.toggle());
    this.slider = make("input");
    Object.assign(this.slider, { type: "range", min: 0, max: 1, step: 1, value: 1 });
    this.slider.setAttribute("aria-label", words.month);
    this.slider.addEventListener("input", async () => { this.pause(); await this.ready(); this.show(Number(this.slider.value)); });
    this.slider.addEventListener("pointerdown", () => this.ready());
    this.slider.addEventListener("focus", () => this.ready());
    this.said = make("output", "atlas-film-day");
    this.take = button("atlas-copy", words.take, () => choose(this.months[this.at].asOf));
    this.leave = button("atlas-copy", words.leave, () => this.close());
    this.file = make("a", "atlas-copy", words.file);
    this.file.download = "";
    this.file.href = "#";
    this.file.addEventListener("click", () => { this.file.href = `atlas/verlauf.gif?${query()}`; });
    row.append(this.play, this.slider, this.said, this.take, this.leave, this.file);
    place.replaceChildren(row);
    this.reduced.addEventListener("change", () => this.pause());
    this.draw();
  }

  async ready() {
    if (this.months.length) return;
    this.said.textContent = this.words.loading;
    try {
      this.months = await load(query());
    } catch (error) {
      this.said.textContent = this.words.failed;
      throw error;
    }
    this.said.textContent = "";
    this.slider.max = String(this.months.length - 1);
    if (this.at < 0) this.slider.value = this.slider.max;
  }

  async toggle() {
    if (this.timer) { this.pause(); return; }
    await this.ready();
    this.show(this.at < 0 || this.isLast() ? 0 : this.at + 1);
    if (this.reduced.matches) { remember(this.months[this.at].asOf); return; }
    let last = performance.now();
    const run = (/** @type {number} */ now) => {
      if (!this.place.isConnected) { this.timer = 0; tell(null); return; }
      if (now - last >= STEP_MS) {
        last = now;
        this.show(this.at + 1);
      }
      if (this.isLast()) { this.pause(); return; }
      this.timer = requestAnimationFrame(run);
    };
    this.timer = requestAnimationFrame(run);
    this.draw();
  }

  isLast() {
    return this.at === this.months.length - 1;
  }

  stop() {
    if (this.timer) cancelAnimationFrame(this.timer);
    this.timer = 0;
  }

  pause() {
    this.stop();
    if (this.at >= 0) remember(this.months[this.at].asOf);
    this.draw();
  }

  /** @param {number} at */
  show(at) {
    this.at = at;
    this.slider.value = String(at);
    tell(this.months[at]);
    this.draw();
  }

  close() {
    this.stop();
    this.at = -1;
    if (this.months.length) this.slider.value = this.slider.max;
    remember(null);
    tell(null);
    this.draw();
  }

  draw() {
    const { words } = this;
    const going = this.timer ? words.pause : this.reduced.matches ? words.next : words.play;
    if (this.play.textContent !== going) this.play.textContent = going;
    const month = this.at >= 0 ? this.months[this.at] : null;
    const day = month ? said(month.asOf, this.lang) : "";
    this.said.textContent = month ? words.total.replace("{day}", day).replace("{n}", String(month.total)) : "";
    this.slider.setAttribute("aria-valuetext", day || words.now);
    this.take.hidden = this.leave.hidden = !month || Boolean(this.timer);
  }
}

/** By its place on the page. @type {WeakMap<HTMLElement, Player>} */
const players = new WeakMap();

/** The control for `place`; a new view closes what ran. `choose` gets the day a reader takes over.
 * @param {HTMLElement} place @param {Lang} lang @param {Record<string, string>} words @param {(day: string) => void} choose */
export function mountFilm(place, lang, words, choose) {
  const before = players.get(place);
  if (before) {
    // Not paused: that would write its month into the address of the new view.
    before.stop();
    if (before.at >= 0) tell(null);
  }
  const address = new URLSearchParams(window.location.search);
  const month = before ? null : address.get("verlauf");
  const player = new Player(place, lang, words, (day) => { player.close(); choose(day); });
  players.set(place, player);
  if (month) open(player, month);
}

/** What the server is asked for: the view in the address, without what makes no difference to the map. */
function query() {
  const asked = new URLSearchParams(window.location.search);
  ["gemeinde", "verlauf", "von"].forEach((key) => asked.delete(key));
  return asked.toString();
}

/** A linked month: shown as soon as the map is there.
 * @param {Player} player @param {string} month */
async function open(player, month) {
  await player.ready();
  const at = player.months.findIndex(({ asOf }) => asOf.startsWith(month));
  for (let i = 0; i < 200 && !theMap()?.isReady(); i += 1) {
    await new Promise((done) => { setTimeout(done, 50); });
  }
  if (at >= 0) player.show(at);
}
