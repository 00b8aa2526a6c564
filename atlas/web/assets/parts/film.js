/* The months of the map, played in the browser: one file with all of them, then no word to the server.
 *
 * Map and legend follow; "show this date" makes the month the page's own date. With reduced motion nothing runs by
 * itself: the same button goes one month on. The month stands in the address (`verlauf`), so it can be linked. */
import { button, make, unpack } from "./shared.js";

const STEP_MS = 130;
const reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
const films = new Map();

/** The film of the view in the address; its codes written out. */
function load(query) {
  if (!films.has(query)) {
    films.set(query, fetch(new URL(`atlas/verlauf.json?${query}`, document.baseURI)).then(async (answer) => {
      if (!answer.ok) throw new Error(`${answer.status}`);
      return frames(await answer.json());
    }).catch((error) => { films.delete(query); throw error; }));
  }
  return films.get(query);
}

function frames(film) {
  let codes = [...unpack(film.codes[0])];
  return film.days.map((day, k) => {
    if (k) {
      codes = codes.slice();
      film.codes[k].split(",").filter(Boolean).forEach((change) => {
        codes[parseInt(change.slice(0, -1), 36)] = change.slice(-1);
      });
    }
    const counts = Object.fromEntries(Object.entries(film.counts).map(([key, values]) => [key, values[k]]));
    return { asOf: day, codes: codes.join(""), points: film.points[k], districtPoints: film.districtPoints[k], counts,
      total: film.totals[k] };
  });
}

function theMap() {
  const frame = [...document.querySelectorAll("iframe")].find((each) => each.contentWindow && each.contentWindow.atlasMap);
  return frame && frame.contentWindow.atlasMap;
}

function tell(frame) {
  const map = theMap();
  if (map) map.film(frame);
  document.documentElement.classList.toggle("atlas-filming", Boolean(frame));
  document.dispatchEvent(new CustomEvent("atlas:film", { detail: frame }));
}

/** The month as part of the address; no word to the server. */
function remember(day) {
  const url = new URL(window.location.href);
  if (day) url.searchParams.set("verlauf", day.slice(0, 7));
  else url.searchParams.delete("verlauf");
  if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
}

function said(day, lang) {
  const [year, month, date] = day.split("-").map(Number);
  return new Intl.DateTimeFormat(lang === "de" ? "de-DE" : "en-GB",
    { year: "numeric", month: "long", day: "numeric" }).format(new Date(year, month - 1, date));
}

class Player {
  constructor(place, data, words, choose) {
    Object.assign(this, { place, data, words, at: -1, timer: 0, frames: null });
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
    this.take = button("atlas-copy", words.take, () => choose(this.frames[this.at].asOf));
    this.leave = button("atlas-copy", words.leave, () => this.close());
    this.file = make("a", "atlas-copy", words.file);
    this.file.download = "";
    this.file.href = "#";
    this.file.addEventListener("click", () => { this.file.href = `atlas/verlauf.gif?${query()}`; });
    row.append(this.play, this.slider, this.said, this.take, this.leave, this.file);
    place.replaceChildren(row);
    reduced.addEventListener("change", () => this.pause());
    this.draw();
  }

  async ready() {
    if (this.frames) return;
    this.said.textContent = this.words.loading;
    try {
      this.frames = await load(query());
    } catch (error) {
      this.said.textContent = this.words.failed;
      throw error;
    }
    this.said.textContent = "";
    this.slider.max = this.frames.length - 1;
    if (this.at < 0) this.slider.value = this.frames.length - 1;
  }

  async toggle() {
    if (this.timer) { this.pause(); return; }
    await this.ready();
    const next = this.at < 0 || this.at === this.frames.length - 1 ? 0 : this.at + 1;
    this.show(next);
    if (reduced.matches) { remember(this.frames[this.at].asOf); return; }
    let last = performance.now();
    const run = (now) => {
      if (!this.place.isConnected) { this.timer = 0; tell(null); return; }
      if (now - last >= STEP_MS) {
        last = now;
        this.show(this.at + 1);
      }
      if (this.at === this.frames.length - 1) { this.pause(); return; }
      this.timer = requestAnimationFrame(run);
    };
    this.timer = requestAnimationFrame(run);
    this.draw();
  }

  stop() {
    if (this.timer) cancelAnimationFrame(this.timer);
    this.timer = 0;
  }

  pause() {
    this.stop();
    if (this.at >= 0) remember(this.frames[this.at].asOf);
    this.draw();
  }

  show(at) {
    this.at = at;
    this.slider.value = at;
    tell(this.frames[at]);
    this.draw();
  }

  close() {
    this.stop();
    this.at = -1;
    if (this.frames) this.slider.value = this.frames.length - 1;
    remember(null);
    tell(null);
    this.draw();
  }

  draw() {
    const { words } = this;
    const { lang } = this.data;
    const going = this.timer ? words.pause : reduced.matches ? words.next : words.play;
    if (this.play.textContent !== going) this.play.textContent = going;
    const frame = this.at >= 0 ? this.frames[this.at] : null;
    const day = frame ? said(frame.asOf, lang) : "";
    this.said.textContent = frame ? words.total.replace("{day}", day).replace("{n}", frame.total) : "";
    this.slider.setAttribute("aria-valuetext", day || words.now);
    this.take.hidden = this.leave.hidden = !frame || Boolean(this.timer);
  }
}

/** The control for `place`; a new view closes what ran. `choose` gets the day a reader takes over. */
export function mountFilm(place, data, words, choose) {
  const before = place.atlasPlayer;
  if (before) {
    // Not paused: that would write its month into the address of the new view.
    before.stop();
    if (before.at >= 0) tell(null);
  }
  const address = new URLSearchParams(window.location.search);
  const month = before ? null : address.get("verlauf");
  place.atlasPlayer = new Player(place, data, words, (day) => { place.atlasPlayer.close(); choose(day); });
  if (month) open(place.atlasPlayer, month);
}

/** What the server is asked for: the view in the address, without what makes no difference to the map. */
function query() {
  const asked = new URLSearchParams(window.location.search);
  ["gemeinde", "verlauf", "von"].forEach((key) => asked.delete(key));
  return asked.toString();
}

/** A linked month: shown as soon as the map is there. */
async function open(player, month) {
  await player.ready();
  const at = player.frames.findIndex((frame) => frame.asOf.startsWith(month));
  for (let i = 0; i < 200 && !(theMap() && theMap().isReady()); i += 1) {
    await new Promise((done) => { setTimeout(done, 50); });
  }
  if (at >= 0) player.show(at);
}
