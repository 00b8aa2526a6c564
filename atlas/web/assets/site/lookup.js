/* A list of places in the static site: an address of the app that names one of them leads to its page. */
import { successor } from "./successor.js";

/** @type {{ parameter: string, keys: string[], changes: About["changes"], folder: string, folders: Record<string, string> }} */
const about = JSON.parse(document.getElementById("site")?.textContent || "");
const query = new URLSearchParams(window.location.search);
const folder = about.folders[query.get("lang") || ""] || about.folder;
const key = successor(query.get(about.parameter) || "", about.changes, (each) => about.keys.includes(each));
if (key) window.location.replace(new URL(`${folder}${key}/index.html`, document.baseURI).href);
else if (folder !== about.folder) window.location.replace(new URL(`${folder}index.html`, document.baseURI).href);
