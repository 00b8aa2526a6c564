/* The frame around the map: its height, light or dark, and the controls on it. */
import { make } from "../parts/shared.js";
import { home } from "./camera.js";
import { showDistrictNames } from "./names.js";
import { lang, state, word } from "./state.js";

/** streamlit-folium asks for a fixed height at every render, which would lay the page out right after each repainting; the style
 * sheet of the page knows better how high the frame is. It is told one once: Streamlit shows no frame before that. */
export function fitFrame() {
  if (state.urls.tall > 1) window.frameElement?.setAttribute("data-tall", "");
  window.Streamlit.setFrameHeight(560);
  window.Streamlit.setFrameHeight = () => {};
  new ResizeObserver(() => {
    state.map.invalidateSize({ animate: false });
    if (!state.index) return;
    if (!state.isMoved) home();
    showDistrictNames();
  }).observe(state.map.getContainer());
}

/** Of the frame, in pixels of paper. The map is not scaled: each hatched area would make the file a megabyte larger. */
const PAPER = { width: "680px", height: "450px" };

/** Paper is narrower than the screen, and nothing is laid out anew for it: the whole map is fitted before the page is printed. */
export function fitPaper() {
  const frame = /** @type {HTMLElement | null} */ (window.frameElement);
  if (!frame) return;
  const fit = (/** @type {{ width: string, height: string }} */ { width, height }) => {
    frame.style.width = width;
    frame.style.setProperty("height", height, "important");
    state.map.invalidateSize({ animate: false });
    if (state.index && !state.isMoved) home();
  };
  window.parent.addEventListener("beforeprint", () => {
    fit(PAPER);
    // Chromium prints a canvas from the strokes it has noted, and loses large fills: one that was read is printed as its pixels.
    document.querySelectorAll("canvas").forEach((canvas) => canvas.getContext("2d")?.getImageData(0, 0, 1, 1));
  });
  window.parent.addEventListener("afterprint", () => fit({ width: "", height: "" }));
}

/** Dark if the page around the frame is. */
export function followTheme() {
  let isDark = false;
  const look = () => {
    const app = window.parent.document.querySelector(".stApp");
    const [r, g, b] = ((app && getComputedStyle(app).backgroundColor) || "").match(/\d+/g)?.map(Number) || [255, 255, 255];
    const wasDark = isDark;
    isDark = 0.3 * r + 0.59 * g + 0.11 * b < 110;
    document.documentElement.classList.toggle("dark", isDark);
    if (isDark !== wasDark) state.ground?.redraw();
  };
  look();
  window.addEventListener("message", () => setTimeout(look, 60));
}

/** Buttons of the map, by the word that says what each does. @type {Record<string, HTMLElement>} */
const buttons = {};

/** Zoom, scale, the way home and whose the boundaries are. */
export function addControls() {
  const zoom = L.control.zoom({ position: "topright" }).addTo(state.map);
  const hasScale = !state.sheets[0].topology.places; // nothing is to scale on tiles
  if (hasScale) L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 110 }).addTo(state.map);
  const reset = new L.Control({ position: "topright" });
  const homeButton = make("button", "home-button", "⌂");
  reset.onAdd = () => {
    const bar = L.DomUtil.create("div", "leaflet-bar");
    homeButton.type = "button";
    L.DomEvent.disableClickPropagation(bar);
    homeButton.addEventListener("click", home);
    bar.append(homeButton);
    return bar;
  };
  reset.addTo(state.map);
  const { _zoomInButton: zoomIn, _zoomOutButton: zoomOut } = /** @type {any} */ (zoom);
  Object.assign(buttons, { zoomIn, zoomOut, home: homeButton });
  const credit = new L.Control({ position: "bottomright" });
  credit.onAdd = () => {
    const box = L.DomUtil.create("div", "credit");
    const { text, url } = state.index.attribution;
    const link = make("a", "", text);
    Object.assign(link, { href: url, target: "_blank", rel: "noopener noreferrer" });
    box.append(link);
    return box;
  };
  credit.addTo(state.map);
}

/** Say all that is said around the areas in the language of the view. */
export function speakLanguage() {
  document.documentElement.lang = lang();
  document.title = word("title");
  if (window.frameElement) /** @type {HTMLElement} */ (window.frameElement).title = word("title");
  Object.entries(buttons).forEach(([key, button]) => {
    button.title = word(key);
    button.setAttribute("aria-label", word(key));
  });
  const group = state.map.getPane("areas")?.querySelector("svg");
  group?.setAttribute("role", "group");
  group?.setAttribute("aria-label", word("areas"));
}

/** Say that the map cannot be shown. */
export function complain() {
  state.map.getContainer().replaceChildren(make("p", "complaint",
    "Die Karte konnte nicht geladen werden. Bitte die Seite neu laden. – The map could not be loaded. Please reload."));
}
