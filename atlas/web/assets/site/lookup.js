/* A list of places in the static site: an address of the app that names one of them leads to its page. */
import { successor } from "./successor.js";

/** @type {{ parameter: string, keys: string[], changes: About["changes"], folder: string, english: string }} */
const about = JSON.parse(document.getElementById("site")?.textContent || "");
const query = new URLSearchParams(window.location.search);
const isEnglish = query.get("lang") === "en";
const folder = isEnglish ? about.english : about.folder;
const key = successor(query.get(about.parameter) || "", about.changes, (each) => about.keys.includes(each));
if (key) window.location.replace(new URL(`${folder}${key}/index.html`, document.baseURI).href);
else if (isEnglish && about.folder !== about.english) window.location.replace(new URL(`${folder}index.html`, document.baseURI).href);
