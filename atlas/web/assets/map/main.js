/* The map inside streamlit-folium's frame.
 *
 * `atlasMap.start(urls)` comes once, from the base map's script, and fetches names and geometry from our own routes.
 * `atlasMap.show(view)` comes with every change and carries class codes only. All text from data is set with
 * textContent. Moving and zooming send nothing; a choice sends the key of the municipality. */
import { positions, unpack } from "../parts/shared.js";
import { addSheet, beside, drawBodies, drawSelection, refine } from "./borders.js";
import { follow, home } from "./camera.js";
import { addControls, complain, fitFrame, fitPaper, followTheme, speakLanguage } from "./frame.js";
import { Ground } from "./ground.js";
import { prepareLooks } from "./hatches.js";
import { showDistrictNames, showMunicipalityNames } from "./names.js";
import { MOST, drawPoints, followPoints, paint } from "./painting.js";
import { state } from "./state.js";
import { watchGround } from "./walking.js";

const coarse = window.matchMedia("(pointer: coarse)").matches;
/** Layers of the map above one another. */
const PANES = { ground: 405, areas: 410, lines: 420, points: 430, selection: 440, names: 450 };

/** @param {View | null} before */
function render(before) {
  prepareLooks();
  state.marked = new Set(state.view.points);
  if (before?.points.join() !== state.view.points.join()) showDistrictNames(); // cities step aside for their point
  drawBodies();
  paint();
  drawPoints();
  drawSelection();
  follow(before);
  if (state.ground) showDistrictNames();
  showMunicipalityNames();
  speakLanguage();
  tellPainted();
}

/** What is shown now, for whoever waits for it. */
function tellPainted() {
  document.documentElement.dataset.painted = `${state.view.layer} ${state.view.asOf}`;
}

/** After moving on a large map: other areas are in sight. */
function lookAround() {
  if (!state.view) return;
  paint();
  drawPoints();
  drawSelection();
}

/** @param {string} url */
async function load(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

/** On a map of tiles, municipalities and districts are where their tiles are.
 * @param {Topology} topology */
function takePlaces({ places }) {
  if (!places) return;
  const { index } = state;
  places.municipalities.forEach((place, i) => { if (place) index.municipalities[i].splice(3, 2, ...place); });
  Object.entries(places.districts).forEach(([key, place]) => Object.assign(index.districts[key], place));
  index.bounds = places.bounds;
}

window.atlasMap = {
  /** The Leaflet map; streamlit-folium wants it in a variable of its own. */
  make(id) {
    state.map = L.map(id, { center: [51, 13.3], zoom: 8, zoomControl: false, attributionControl: false, keyboard: false,
      scrollWheelZoom: false, zoomSnap: 0.1, zoomDelta: 0.8, minZoom: 4.5, maxZoom: 14 });
    return state.map;
  },

  async start(urls) {
    const { map } = state;
    Object.assign(state, { urls, tip: L.tooltip({ direction: "top", offset: [0, -6], className: "tip" }) });
    Object.entries(PANES).forEach(([name, z]) => {
      const pane = map.createPane(name);
      pane.style.zIndex = String(z);
      if (name !== "areas") pane.style.pointerEvents = "none";
    });
    if (coarse) map.dragging.disable(); // one finger scrolls the page, two move the map
    followTheme();
    fitFrame();
    fitPaper();
    try {
      const [index, topology] = await Promise.all([load(urls.index), load(beside(urls.overview))]);
      state.index = index;
      takePlaces(topology);
      document.documentElement.style.setProperty("--point", index.point);
      addSheet(topology, 0);
    } catch (error) {
      complain();
      throw error;
    }
    home();
    if (state.rings.length > MOST) {
      state.ground = new Ground(map, state.rings);
      watchGround();
      map.on("moveend", lookAround);
    }
    addControls();
    showDistrictNames();
    map.on("zoomend", () => { refine(); });
    map.on("zoomend", showDistrictNames);
    map.on("moveend", () => { if (state.view) showMunicipalityNames(); });
    map.on("dragstart zoomstart", () => { state.isMoved = true; });
    if (state.view) render(null);
    refine();
  },

  show(packed) {
    const before = state.filmed || state.view;
    state.filmed = null;
    const points = Array.isArray(packed.points) ? packed.points : positions(packed.points || "");
    state.view = { districtPoints: [], selected: "", district: "", near: [], bodies: "", ...packed, points,
      codes: unpack(packed.codes) };
    if (state.index) render(before);
    return L.featureGroup(); // empty: streamlit-folium adds what changes to the map
  },

  isReady() {
    return Boolean(state.index && state.view);
  },

  /** One month of the time-lapse, or with null back to the view. Names and selection stay. */
  film(frame) {
    if (!this.isReady()) return;
    const own = state.filmed || state.view;
    state.filmed = frame ? own : null;
    state.view = frame ? { ...own, ...frame, bodies: "" } : own;
    followPoints();
    drawBodies();
    paint();
    if (!frame) drawSelection();
    tellPainted();
  },
};
