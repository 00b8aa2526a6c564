/* A list of places in the static site: an address of the app that names one of them leads to its page. */
const about = JSON.parse(document.getElementById("site").textContent);
const query = new URLSearchParams(window.location.search);
const english = query.get("lang") === "en";
let key = query.get(about.parameter) || "";
for (let step = 0; step < 20 && key && !about.keys.includes(key); step += 1) {
  const change = about.changes.find(([old]) => old === key);
  if (!change) break;
  [, key] = change;
}
const folder = english ? about.english : about.folder;
if (about.keys.includes(key)) window.location.replace(new URL(`${folder}${key}/index.html`, document.baseURI).href);
else if (english && about.folder !== about.english) window.location.replace(new URL(`${folder}index.html`, document.baseURI).href);
