/* A list of places in the static site: an address of the app that names one of them leads to its page. */
import { sayMisread } from "./misread.js";
import { successor } from "./successor.js";

/** @type {Pick<About, "changes" | "lang" | "misread"> & { parameter: string, keys: string[], folder: string,
 *   folders: Record<string, string> }} */
const about = JSON.parse(document.getElementById("site")?.textContent || "");
const query = new URLSearchParams(window.location.search);
const folder = about.folders[query.get("lang") || ""] || about.folder;
const found = (/** @type {string} */ text) => successor(text, about.changes, (each) => about.keys.includes(each));
const key = found(query.get(about.parameter) || "");
if (key) window.location.replace(new URL(`${folder}${key}/index.html`, document.baseURI).href);
else if (folder !== about.folder) window.location.replace(new URL(`${folder}index.html${window.location.search}`, document.baseURI).href);
sayMisread(about, { [about.parameter]: (text) => Boolean(found(text)) });
