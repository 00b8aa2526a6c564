/* What stands around every page of the application and is Streamlit's: it speaks the language of the page. */
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

/** The page comes after its address: what that names behind its # is shown as soon as it is there. */
function showWhatIsNamed() {
  const name = location.hash.slice(1);
  if (!name) return;
  const waiting = new MutationObserver(() => {
    const there = document.getElementById(name);
    if (!there) return;
    waiting.disconnect();
    there.scrollIntoView();
  });
  waiting.observe(document.documentElement, { childList: true, subtree: true });
}

sayWhereTheServerIs();
speakAsThePage();
showWhatIsNamed();
if (lang === "de") speakGerman();
