/* What all parts share: the file of names, looks and words, and making elements. */
const files = new Map();

/** The index the map reads too; the browser fetches it once. `path` is relative to the page's base. */
export function loadIndex(path) {
  const url = new URL(path, document.baseURI).href;
  if (!files.has(url)) files.set(url, fetch(url).then((answer) => answer.json()));
  return files.get(url);
}

/** An element with a class and a text; text is only ever set with textContent. */
export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A button that looks like its text. */
export function button(className, text, act) {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

/** A small square in colour and hatch of a look. */
export function swatch(look) {
  const square = make("i", `swatch hatch-${look.hatch}${look.onPaper ? " paper" : ""}`);
  square.style.setProperty("--fill", look.colour);
  square.style.setProperty("--line", look.line);
  square.setAttribute("aria-hidden", "true");
  return square;
}

export const number = (value, lang) => new Intl.NumberFormat(lang === "de" ? "de-DE" : "en-GB").format(value);

/** Class codes with runs written out: a capital says how often the code before it stands, A thrice, Z 28 times. */
export const unpack = (codes) => codes.replace(/(.)([A-Z])/g, (_, code, run) => code.repeat(run.charCodeAt(0) - 62));

/** Positions from the distances between them: the last digit to base 36, what is above it in capitals to base 26. */
export const positions = (gaps) => {
  let at = 0;
  return (gaps.match(/[A-Z]*[0-9a-z]/g) || []).map((gap) =>
    at += 36 * [...gap.slice(0, -1)].reduce((high, digit) => 26 * high + digit.charCodeAt(0) - 65, 0) + parseInt(gap.at(-1), 36));
};

const afterPaint = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); });
const whenIdle = () => new Promise((done) => {
  if (window.requestIdleCallback) window.requestIdleCallback(done, { timeout: 500 });
  else setTimeout(done, 60);
});

/** Draw only when the data have changed, and never an older answer over a newer one. The first time at once; later
 * after the frame that shows the repainted map, or (`idle`) when the browser has nothing better to do. */
export async function whenChanged(component, draw, { idle = false } = {}) {
  const { parentElement } = component;
  const signature = component.data instanceof Uint8Array ? new TextDecoder().decode(component.data) : JSON.stringify(component.data);
  if (parentElement.atlasDrawn === signature) return;
  const isFirst = parentElement.atlasDrawn === undefined;
  parentElement.atlasDrawn = signature;
  const data = JSON.parse(signature);
  const index = data.index ? await loadIndex(data.index) : null;
  if (!isFirst) await (idle ? whenIdle() : afterPaint());
  if (parentElement.atlasDrawn === signature) draw(parentElement, data, index);
}
