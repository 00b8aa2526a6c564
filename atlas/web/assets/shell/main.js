/* What stands around every page of the application and is Streamlit's: it speaks the language of the page. */
import { localeOf } from "../parts/shared.js";
import { speakGerman } from "./words.js";

const lang = document.documentElement.lang === "en" ? "en" : "de";

/** Dates and calendars in the language of the page, not of the browser: Streamlit asks the browser alone. */
function speakAsThePage() {
  const locale = localeOf(lang);
  Object.defineProperty(navigator, "language", { configurable: true, get: () => locale });
  Object.defineProperty(navigator, "languages", { configurable: true, get: () => [locale] });
}

speakAsThePage();
if (lang === "de") speakGerman();
