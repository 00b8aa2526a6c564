/* What stands around every page of the application and is Streamlit's: it speaks the language of the page, and
 * is shown when it stands. */
import { localeOf } from "../parts/shared.js";
import { speakGerman } from "./words.js";

const ownAddress = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : "";
const lang = document.documentElement.lang === "en" ? "en" : "de";

/** Dates and calendars in the language of the page, not of the browser: Streamlit asks the browser alone. */
function speakAsThePage() {
  const locale = localeOf(lang);
  Object.defineProperty(navigator, "language", { configurable: true, get: () => locale });
  Object.defineProperty(navigator, "languages", { configurable: true, get: () => [locale] });
}

/** Streamlit would guess where its server is from the address of the page, and first asks where it is not. */
function sayWhereTheServerIs() {
  if (ownAddress) window.__streamlit = { BACKEND_BASE_URL: new URL("..", ownAddress).href };
}

const SETTLED_MS = 120;
const LATEST_MS = 8000;

/** The page comes after its address: what that names behind its # is shown as soon as it is there. */
function showWhatIsNamed() {
  const name = new URLSearchParams(location.hash.replace("#", "name=")).get("name");
  if (!name) return;
  const waiting = new MutationObserver(() => {
    const there = document.getElementById(name);
    if (!there) return;
    waiting.disconnect();
    there.scrollIntoView();
  });
  waiting.observe(document.documentElement, { childList: true, subtree: true });
  setTimeout(() => waiting.disconnect(), LATEST_MS);
}

/** Streamlit fetches what it draws with in parts, and each thing on the page grows when its part has come: the page is shown
 * once nothing waits for one. What comes after that finds its part there, and room kept by the style sheet. */
function showWhenItStands() {
  const root = document.documentElement;
  let settled = 0;
  const watch = new MutationObserver(() => {
    window.clearTimeout(settled);
    const waits = !document.querySelector(".st-key-head, [data-testid='stAlert']") || document.querySelector(".stMain [data-testid='stSkeleton']");
    if (!waits) settled = window.setTimeout(show, SETTLED_MS);
  });
  function show() {
    watch.disconnect();
    root.classList.remove("atlas-coming");
  }
  root.classList.add("atlas-coming");
  watch.observe(root, { childList: true, subtree: true });
  setTimeout(show, LATEST_MS);
}

sayWhereTheServerIs();
showWhenItStands();
speakAsThePage();
showWhatIsNamed();
if (lang === "de") speakGerman();
