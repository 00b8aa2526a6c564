/* The map inside streamlit-folium's frame.
 *
 * `atlasMap.start(map, urls)` comes once, from the base map's script, and fetches names and geometry from our own
 * routes. `atlasMap.show(view)` comes with every change and carries class codes only. All text from data is set with
 * textContent. Moving and zooming send nothing; a choice sends the key of the municipality. */
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const ABSENT = "-", FILTERED = ".";
  const DETAIL_ZOOM = 10, LABEL_ZOOM = 10, DISTRICTS_ZOOM = 7.6;
  /** So many areas are elements at most. Every state of Germany has fewer municipalities; the country has more. */
  const MOST = 2500;
  /** An area of a large map that shows narrower than this gets a dot of its colour, in pixels. */
  const SMALL = 11;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const coarse = window.matchMedia("(pointer: coarse)").matches;

  const state = { map: null, urls: null, index: null, rings: null, topology: null, areas: [], view: null,
    painted: null, focus: -1, picks: 0, ownPick: null, looks: new Map(), labels: [], ground: null, shown: new Set(), sheets: [], detail: new Set() };

  // ---- frame ----------------------------------------------------------------------------------------------------

  /** Height that shows the whole at the frame's width without a blank strip; `tall` is its height for one of width. */
  function frameHeight(width) {
    const { tall } = state.urls;
    if (tall > 1) return Math.round(Math.max(300, Math.min(760, width * tall)));
    return Math.round(Math.max(300, Math.min(600, width * (width < 500 ? 0.84 : 0.62))));
  }

  /** streamlit-folium asks for a fixed height at every render; the frame knows better how wide it is, and asks only
   * when that has changed: to look would force a layout right after every repainting. */
  function fitFrame() {
    const ask = window.Streamlit.setFrameHeight;
    let asked = 0;
    const fitTo = (width) => {
      const height = frameHeight(width || 700);
      if (height !== asked) ask.call(window.Streamlit, height);
      asked = height;
    };
    window.Streamlit.setFrameHeight = () => {};
    fitTo(document.documentElement.clientWidth);
    window.addEventListener("resize", () => fitTo(document.documentElement.clientWidth));
    new ResizeObserver(() => {
      state.map.invalidateSize({ animate: false });
      if (!state.moved && state.index) home();
      if (state.index) showDistrictNames();
    }).observe(document.getElementById("map_div"));
  }

  /** Dark if the page around the frame is. */
  function followTheme() {
    const look = () => {
      const app = window.parent.document.querySelector(".stApp");
      const [r, g, b] = (app ? getComputedStyle(app).backgroundColor : "").match(/\d+/g) || [255, 255, 255];
      const dark = 0.3 * r + 0.59 * g + 0.11 * b < 110;
      const changed = document.documentElement.classList.toggle("dark", dark) !== state.dark;
      state.dark = dark;
      if (changed && state.ground) state.ground.redraw();
    };
    look();
    window.addEventListener("message", () => setTimeout(look, 60));
  }

  // ---- words ----------------------------------------------------------------------------------------------------

  /** Class codes with runs written out: a capital says how often the code before it stands, A thrice, Z 28 times. */
  const unpack = (codes) => codes.replace(/(.)([A-Z])/g, (_, code, run) => code.repeat(run.charCodeAt(0) - 62));

  /** Positions from the distances between them: the last digit to base 36, what is above it in capitals to base 26. */
  const positions = (gaps) => {
    let at = 0;
    return (gaps.match(/[A-Z]*[0-9a-z]/g) || []).map((gap) =>
      (at += 36 * [...gap.slice(0, -1)].reduce((high, digit) => 26 * high + digit.charCodeAt(0) - 65, 0) + parseInt(gap.at(-1), 36)));
  };

  const lang = () => (state.view ? state.view.lang : "de");
  const word = (key) => state.index.words[lang()][key];

  function area(position) {
    const [ags, name, district, lat, lng] = state.index.municipalities[position];
    return { ags, name, district, districtName: state.index.districts[district].name, lat, lng };
  }

  function status(position) {
    const code = state.view.codes[position];
    if (code === FILTERED) return word("filtered");
    const said = [state.looks.get(code).label[lang()]];
    if (state.marked.has(position)) said.push(word("points"));
    bodiesOf(position).forEach((name) => said.push(word("jointly").replace("{body}", () => name)));
    return said.join(", ");
  }

  function accessibleName(position) {
    const { name, districtName } = area(position);
    return districtName === name ? `${name}: ${status(position)}` : `${name}, ${districtName}: ${status(position)}`;
  }

  // ---- hatches --------------------------------------------------------------------------------------------------

  const HATCH = {
    diagonal: [6, "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2"],
    antidiagonal: [6, "M-1,5 l2,2 M0,0 l6,6 M5,-1 l2,2"],
    cross: [7, "M0,0 l7,7 M7,0 l-7,7"],
    horizontal: [5, "M0,2.5 h5"],
    vertical: [5, "M2.5,0 v5"],
    dots: [6, ""],
    rings: [6, "M1.3,3 a1.7,1.7 0 1 0 3.4,0 a1.7,1.7 0 1 0 -3.4,0"],
    plus: [6, "M1,3 h4 M3,1 v4"],
    bars: [6, "M1.5,0 v4 M4.5,3 v3 M4.5,0 v1"],
    dashes: [6, "M0,1.5 h4 M3,4.5 h3 M0,4.5 h1"],
  };

  function svg(tag, attributes) {
    const element = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  }

  function pattern(id, look) {
    const [size, path] = HATCH[look.hatch];
    const made = svg("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse" });
    made.append(svg("rect", { width: size, height: size, fill: look.colour,
      class: look.onPaper ? "paper" : "" }));
    if (look.hatch === "dots") {
      [[1.5, 1.5], [4.5, 4.5]].forEach(([cx, cy]) => made.append(svg("circle", { cx, cy, r: 0.8, fill: look.line })));
    } else {
      const lines = svg("path", { d: path, stroke: look.line, "stroke-width": look.hatch === "rings" ? 0.9 : 1.1,
        fill: "none" });
      if (look.onPaper) {
        lines.setAttribute("class", "on-paper"); // on a dark page lighter, as their ground is darker
        lines.style.setProperty("--hatch", look.line);
      }
      made.append(lines);
    }
    return made;
  }

  /** The looks of the layer by code, with a pattern for each hatched one. */
  function prepareLooks() {
    const layer = state.view.layer;
    if (state.preparedLayer === layer) return;
    state.preparedLayer = layer;
    state.looks.clear();
    let defs = document.getElementById("atlas-hatches");
    if (!defs) {
      const holder = svg("svg", { width: 0, height: 0, "aria-hidden": "true", style: "position:absolute" });
      defs = svg("defs", { id: "atlas-hatches" });
      holder.append(defs);
      document.body.append(holder);
    }
    defs.replaceChildren();
    state.index.layers[layer].looks.forEach((look) => {
      let fill = look.code === "0" ? "var(--no-data)" : look.colour;
      if (look.hatch !== "none") {
        const id = `hatch-${layer}-${look.code}`;
        defs.append(pattern(id, look));
        fill = `url(#${id})`;
      }
      const [tile, hatch] = HATCH[look.hatch] || [0, ""];
      const plain = look.code === "0" || look.onPaper ? "" : look.colour;
      const isHollow = look.hatch === "rings"; // documented only later: its dot is a ring, too
      const dot = isHollow ? { fill: "var(--no-data)", stroke: look.line } : { fill: plain };
      state.looks.set(look.code, { fill, label: look.label, key: look.key, plain, dot, tile, hatch, line: look.line,
        onPaper: look.onPaper });
    });
  }

  // ---- areas ----------------------------------------------------------------------------------------------------

  function makeArea(position) {
    const made = L.polygon(state.rings[position], { pane: "areas", smoothFactor: 0, weight: 0.7, fillOpacity: 1,
      className: "area", bubblingMouseEvents: false });
    made.on("add", () => {
      const path = made.getElement();
      path.setAttribute("data-ags", area(position).ags);
      path.setAttribute("role", "button");
      path.setAttribute("tabindex", "-1");
      // A touch would focus the area first, and the page would scroll away under the finger before it is a click (so
      // does Leaflet's own keyboard handler, which is off: ours walks from area to area).
      path.addEventListener("mousedown", (event) => event.preventDefault());
      path.addEventListener("focus", () => focusArea(position));
      path.addEventListener("blur", () => state.tip.remove());
      path.addEventListener("keydown", (event) => onKey(event, position));
    });
    made.on("click", () => pick(position));
    made.on("mouseover", (event) => showTip(position, event.latlng));
    made.on("mousemove", (event) => state.tip.setLatLng(event.latlng));
    made.on("mouseout", () => state.tip.remove());
    return made;
  }

  /** Positions that are elements now. On a large map: what is in sight, if that is not too much; else what is documented
   * there; else the choice alone. What the reader has chosen or walked to always is. */
  function elements() {
    const present = [...state.view.codes].map((_, i) => i).filter((i) => state.view.codes[i] !== ABSENT);
    if (!state.ground) return new Set(present);
    const inSight = state.ground.near(state.map.getBounds().pad(0.1)).filter((i) => state.view.codes[i] !== ABSENT);
    const documented = inSight.filter((i) => !["0", FILTERED].includes(state.view.codes[i]));
    const found = new Set([inSight, documented].find((each) => each.length <= MOST) || []);
    const walkedTo = state.areas[state.focus] && state.areas[state.focus].getElement() === document.activeElement;
    [positionOf(state.view.selected), walkedTo ? state.focus : -1, ...state.view.near].forEach((i) => {
      if (i >= 0 && state.view.codes[i] !== ABSENT) found.add(i);
    });
    return found;
  }

  /** Paint every area whose class, language or layer has changed; add and remove those the date and the view ask for. */
  function paint() {
    const { codes } = state.view;
    const known = state.painted;
    // In the time-lapse only what changes its class is touched: points have no part in an area's colour.
    const marks = state.filmed ? "film" : state.marks;
    const about = [state.view.layer, lang(), marks, state.view.near.join(), state.view.bodies].join("|");
    const same = known && known.about === about;
    const wanted = elements();
    state.shown.forEach((i) => {
      if (wanted.has(i)) return;
      state.areas[i].remove();
      if (state.ground) delete state.areas[i];
    });
    wanted.forEach((i) => {
      if (same && state.shown.has(i) && known.codes[i] === codes[i]) return;
      if (!state.areas[i]) state.areas[i] = makeArea(i);
      if (!state.shown.has(i)) state.areas[i].addTo(state.map);
      const path = state.areas[i].getElement();
      path.style.fill = codes[i] === FILTERED ? "var(--filtered)" : state.looks.get(codes[i]).fill;
      path.classList.toggle("filtered", codes[i] === FILTERED);
      path.classList.toggle("far", isFar(i));
      path.setAttribute("aria-label", accessibleName(i));
    });
    const isAnother = (i) => !known || (known.codes[i] === ABSENT) !== (codes[i] === ABSENT);
    const membersChanged = !known || [...codes].some((_, i) => isAnother(i));
    state.shown = wanted;
    state.painted = { codes, about };
    if (state.ground) state.ground.paint(codes, state.looks);
    if (membersChanged) drawLines();
    if (!wanted.has(state.focus)) rove(firstFocus());
  }

  /** After moving on a large map: other areas are in sight. */
  function lookAround() {
    if (!state.ground || !state.view) return;
    paint();
    drawPoints();
    drawSelection();
  }

  /** Whether the map shows a neighbourhood to which this area does not belong. */
  const isFar = (position) => inFocus() && !state.view.near.includes(position)
    && area(position).ags !== state.view.selected;
  const inFocus = () => state.view.near.length > 0;

  /** Borders of districts and states, and the outline. Each sheet of the map draws those between its own areas. */
  function drawLines() {
    const districts = state.index.municipalities.map((row) => row[2]);
    const drawn = { between: [], states: [], outline: [] };
    state.sheets.forEach(({ topology, positions }) => {
      const present = positions.map((i) => state.view.codes[i] !== ABSENT && sheetOf(i).topology === topology);
      const lines = window.atlasTopology.lines(topology, positions.map((i) => districts[i]), present);
      Object.entries(lines).forEach(([kind, parts]) => drawn[kind].push(...parts));
    });
    if (state.ground) {
      const grows = (from, to) => (zoom) => from + (to - from) * Math.max(0, Math.min(1, (zoom - 5.5) / 3.5));
      state.ground.lines([{ parts: drawn.between, ink: "--district-line", weight: grows(0.25, 1.5) },
        { parts: drawn.states, ink: "--state-line", weight: grows(0.9, 2.2) },
        { parts: drawn.outline, ink: "--state-line", weight: grows(1.5, 2.4) }]);
      return;
    }
    (state.lines || []).forEach((line) => line.remove());
    const line = (parts, className, weight) => L.polyline(parts, { pane: "lines", interactive: false, smoothFactor: 0,
      className, weight }).addTo(state.map);
    state.lines = [line(drawn.between, "district-line", 1.6), line(drawn.outline, "state-line", 2.4)];
  }

  /** The finest sheet that holds an area: the whole at first, its own state's detail once that is there. */
  const sheetOf = (position) => state.sheets.findLast(({ first, last }) => first <= position && position < last);

  function drawPoints() {
    state.pointsDrawn = state.marks;
    (state.points || []).forEach((point) => point.remove());
    const dot = (lat, lng, className, radius) => L.circleMarker([lat, lng], { pane: "points", interactive: false,
      radius, weight: 1.5, className, fillOpacity: 1 }).addTo(state.map);
    const size = state.map.getSize().x < 500 ? 3 : 4.5;
    const small = state.ground && !inFocus() ? [...state.shown].filter(isSmall) : [];
    const inSmall = new Set(small);
    state.points = small.map((i) => {
      const made = dot(area(i).lat, area(i).lng, "small-area", size + 0.5);
      Object.assign(made.getElement().style, state.looks.get(state.view.codes[i]).dot);
      return made;
    });
    state.points.push(...state.view.points.filter((i) => !isFar(i)).map((i) =>
      dot(area(i).lat, area(i).lng, "point", inSmall.has(i) ? size - 1.8 : size)));
    if (inFocus()) return;
    state.points.push(...state.view.districtPoints.map((key) => {
      const place = state.index.districts[key];
      return dot(place.lat, place.lng, "district-point", size + 1.5);
    }));
  }

  /** Whether an area of a large map is documented itself, but too narrow on the screen to show its colour. */
  const isSmall = (i) => !["0", FILTERED].includes(state.view.codes[i]) && state.looks.get(state.view.codes[i]).dot.fill
    && state.ground.width(i) < SMALL;

  /** Joint bodies: one outline around all their municipalities. */
  function drawBodies() {
    const asked = [state.view.bodies, state.sheets.length, state.view.selected, state.view.near].join("|");
    if (state.drawnBodies === asked) return;
    state.drawnBodies = asked;
    (state.bodyLines || []).forEach((line) => line.remove());
    state.bodies = state.view.bodies.split(" ").filter(Boolean).map((said) => {
      const [number, members] = said.split(":");
      return { name: state.index.bodies[Number(number)], members: members.split(",").map((i) => parseInt(i, 36)) };
    }).filter(({ members }) => members.some((i) => !isFar(i)));
    const weight = state.map.getSize().x < 500 && !inFocus() ? 1.2 : 1.9;
    state.bodyLines = state.bodies.map(({ members }) => L.polyline(outlineOf(members),
      { pane: "lines", interactive: false, smoothFactor: 0, className: "body-line", weight }).addTo(state.map));
  }

  /** The outline around areas taken together, from the finest sheet that holds them all. */
  function outlineOf(members) {
    const { topology, first } = state.sheets.findLast((each) => members.every((i) => each.first <= i && i < each.last));
    return window.atlasTopology.around(topology, members.map((i) => i - first));
  }

  const bodiesOf = (position) => (state.bodies || []).filter(({ members }) => members.includes(position))
    .map(({ name }) => name);

  /** The chosen municipality: a dark line with a light casing, above everything. */
  function drawSelection() {
    (state.selection || []).forEach((line) => line.remove());
    state.selection = [];
    const position = positionOf(state.view.selected);
    state.areas.forEach((each, i) => {
      const path = each && each.getElement();
      if (path) path.setAttribute("aria-pressed", String(i === position));
    });
    if (position < 0) return;
    ["casing", "chosen"].forEach((className) => {
      const weight = className === "casing" ? 5.5 : 2.8;
      state.selection.push(L.polygon(state.rings[position], { pane: "selection", interactive: false, fill: false,
        smoothFactor: 0, weight, className }).addTo(state.map));
    });
    rove(position);
  }

  function positionOf(ags) {
    return state.index.municipalities.findIndex((row, i) => row[0] === ags && state.view.codes[i] !== ABSENT);
  }

  // ---- choosing and walking ---------------------------------------------------------------------------------------

  function pick(position) {
    state.picks += 1;
    state.ownPick = area(position).ags;
    window.Streamlit.setComponentValue({ ags: state.ownPick, pick: state.picks });
  }

  function rove(position) {
    if (position < 0) return;
    const old = state.areas[state.focus] && state.areas[state.focus].getElement();
    if (old) old.setAttribute("tabindex", "-1");
    state.focus = position;
    const path = state.areas[position] && state.areas[position].getElement();
    if (path) path.setAttribute("tabindex", "0");
  }

  function firstFocus() {
    return Math.min(...state.shown, Infinity) === Infinity ? -1 : Math.min(...state.shown);
  }

  function focusArea(position) {
    rove(position);
    const { lat, lng } = area(position);
    if (!state.map.getBounds().contains([lat, lng])) state.map.panTo([lat, lng], { animate: !still });
    showTip(position, L.latLng(lat, lng));
  }

  /** The nearest area in the direction of an arrow key, judged by label points. */
  function towards(position, dx, dy) {
    const from = state.map.latLngToLayerPoint([area(position).lat, area(position).lng]);
    let best = -1, least = Infinity;
    state.shown.forEach((i) => {
      if (i === position) return;
      const to = state.map.latLngToLayerPoint([area(i).lat, area(i).lng]).subtract(from);
      const along = to.x * dx + to.y * dy, across = Math.abs(to.x * dy) + Math.abs(to.y * dx);
      const cost = along + 2.2 * across;
      if (along > 0 && cost < least) { least = cost; best = i; }
    });
    return best;
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function onKey(event, position) {
    if (event.key === "Enter" || event.key === " ") {
      pick(position);
    } else if (event.key === "Escape") {
      state.tip.remove();
    } else if (ARROWS[event.key]) {
      const next = towards(position, ...ARROWS[event.key]);
      if (next >= 0) state.areas[next].getElement().focus({ preventScroll: true });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  function text(tag, className, content) {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = content;
    return element;
  }

  function showTip(position, at) {
    const { name, districtName } = area(position);
    const content = document.createElement("div");
    content.append(text("strong", "tip-name", name));
    if (districtName !== name) content.append(text("div", "tip-district", districtName));
    content.append(text("div", "tip-status", status(position)));
    state.tip.setLatLng(at).setContent(content).addTo(state.map);
  }

  /** Where the ground is under the pointer, and no element: which area, and its name beside the pointer. */
  const groundAt = (latlng) => {
    const position = state.ground.at(latlng);
    return position >= 0 && state.view.codes[position] !== ABSENT ? position : -1;
  };

  function pointAt(latlng) {
    const position = state.view ? groundAt(latlng) : -1;
    state.map.getContainer().classList.toggle("on-area", position >= 0);
    if (position >= 0) showTip(position, latlng);
    else state.tip.remove();
  }

  // ---- view -------------------------------------------------------------------------------------------------------

  function fit(bounds, options) {
    state.map.fitBounds(bounds, { animate: false, padding: state.map.getSize().x < 500 ? [4, 4] : [14, 14], ...options });
  }

  /** The chosen municipality and all its neighbours, whole. */
  function neighbourhoodBounds() {
    const shown = [positionOf(state.view.selected), ...state.view.near].filter((i) => i >= 0);
    return L.latLngBounds(shown.flatMap((i) => state.rings[i].flat(2)));
  }

  function home() {
    if (state.view && inFocus()) {
      fit(neighbourhoodBounds(), { maxZoom: 12.5 });
      state.moved = false;
      return;
    }
    const place = state.view && state.view.district && state.index.districts[state.view.district];
    const [west, south, east, north] = place ? place.bounds : state.index.bounds;
    fit([[south, west], [north, east]]);
    state.moved = false;
  }

  /** Move only if the reader asked for another place: another district, or a municipality chosen elsewhere. */
  function follow(before) {
    const now = state.view;
    const fresh = now.selected !== (before ? before.selected : "");
    if (inFocus()) {
      if (fresh || now.near.join() !== before.near.join()) home();
      state.ownPick = null;
      return;
    }
    if (!before || before.district !== now.district) home();
    if (fresh && now.selected && now.selected !== state.ownPick) {
      const position = positionOf(now.selected);
      if (position >= 0) {
        fit(L.latLngBounds(state.rings[position].flat(2)), { maxZoom: 10, padding: [60, 60] });
        state.moved = true;
      }
    }
    if (fresh) state.ownPick = null;
  }

  /** A district's name as the map writes it: short, on two lines if long, told apart from a city of the same name. */
  function mapName(place, small) {
    const plain = place.name.replace(/^(Landkreis|Kreis) /, "");
    const twin = Object.values(state.index.districts).some((each) => each !== place && each.name === plain);
    const name = twin ? `Lkr. ${plain}` : plain;
    return name.length > (small ? 14 : 22) ? name.replace("-", "-\n") : name;
  }

  function showDistrictNames() {
    (state.districtLabels || []).forEach((label) => label.remove());
    const small = state.map.getSize().x < 500;
    if (state.ground && state.map.getZoom() < DISTRICTS_ZOOM) {
      state.districtLabels = namesFromAfar(small ? 5.2 : 6.2);
      return;
    }
    const taken = [];
    const pointed = new Set([...(state.marked || [])].map((i) => state.index.municipalities[i][2]));
    state.districtLabels = Object.entries(state.index.districts).filter(([, place]) =>
      hasRoom(taken, place, mapName(place, small), small ? 5.2 : 6.2)).map(([key, place]) => {
      const kind = place.city ? "city-name" : "district-name";
      return nameAt(place, mapName(place, small), place.city && pointed.has(key) ? `${kind} below` : kind);
    });
  }

  /** On a whole country: what is documented by name, where there is room, and between them the states. */
  function namesFromAfar(letter) {
    const taken = [];
    const documented = [...state.shown].filter((i) => !["0", FILTERED].includes(state.view.codes[i])
      && state.looks.get(state.view.codes[i]).plain);
    const places = documented.length > 60 ? [] : documented.sort((a, b) => weight(b) - weight(a));
    const names = places.flatMap((i) => {
      const { name, lat, lng } = area(i);
      const spots = [[0, 13], [0, -13], [letter * name.length / 2 + 9, 0], [-letter * name.length / 2 - 9, 0]];
      const spot = spots.find((each) => hasRoom(taken, { lat, lng }, name, letter, each));
      return spot ? [nameAt({ lat, lng }, name, "municipality-name", ...spot)] : [];
    });
    return names.concat(Object.values(state.index.states).filter((place) => hasRoom(taken, place, place.name, letter * 1.2))
      .map((place) => nameAt(place, place.name, "country-state-name")));
  }

  /** Names of municipalities where there is room: large ones first, none over another. */
  function showMunicipalityNames() {
    state.labels.forEach((label) => label.remove());
    state.labels = [];
    const close = inFocus() || state.map.getZoom() >= LABEL_ZOOM;
    document.documentElement.classList.toggle("close", close);
    if (!close) return;
    if (inFocus()) {
      nameNeighbourhood();
      return;
    }
    const taken = [], view = state.map.getBounds().pad(0.05);
    [...state.view.codes].map((code, i) => [code, i]).filter(([code]) => code !== ABSENT).map(([, i]) => i)
      .filter((i) => view.contains([area(i).lat, area(i).lng]))
      .sort((a, b) => weight(b) - weight(a))
      .forEach((i) => {
        const { name, lat, lng } = area(i);
        if (!hasRoom(taken, { lat, lng }, name, 6.2)) return;
        state.labels.push(nameAt({ lat, lng }, name, `municipality-name${state.marked.has(i) ? " below" : ""}`));
      });
    nameBodies(taken, 6.2);
  }

  /** The name of a joint body: in the middle of its members, where names of places leave room. */
  function nameBodies(taken, letter) {
    const size = state.map.getSize();
    (state.bodies || []).forEach(({ name, members }) => {
      const mean = (of) => members.reduce((sum, i) => sum + of(area(i)), 0) / members.length;
      const place = { lat: mean((each) => each.lat), lng: mean((each) => each.lng) };
      const broken = name.replace(/^(.{6,}?) (?=\S{6,})/, "$1\n");
      const spots = [[0, 0], [0, 14], [0, -14], [0, 28], [0, -28], [40, 0], [-40, 0], [40, 20], [-40, -20]];
      const found = [name, broken].flatMap((text) => spots.map((spot) => [text, spot]))
        .find(([text, spot]) => hasRoom(taken, place, text, letter, spot, size));
      if (found) state.labels.push(nameAt(place, found[0], "body-name", ...found[1]));
    });
  }

  /** The municipality and every neighbour by name; on two lines, a little aside, or by its number in the table where
   * the name has no room. The chosen one comes first, then the longest names where there is most room. */
  function nameNeighbourhood() {
    const taken = [];
    const chosen = positionOf(state.view.selected);
    const size = state.map.getSize();
    const letter = size.x < 500 ? 5.7 : 6.4;
    [chosen, ...state.view.near].filter((i) => i >= 0).forEach((i) => {
      const { name, lat, lng } = area(i);
      const broken = name.replace(/(.{3,}?)([ -])(?=\S{3,})/, (_, head, gap) => head + (gap === "-" ? "-\n" : "\n"));
      const below = state.marked.has(i);
      const spots = [[0, 0], [0, 11], [0, -11], [14, 0], [-14, 0], [0, 20], [0, -20]];
      const tries = [name, broken].flatMap((text) => spots.map(([dx, dy]) => [text, dx, dy + (below ? 13 : 0)]));
      const found = tries.find(([text, dx, dy]) => hasRoom(taken, { lat, lng }, text, letter, [dx, dy], size));
      const [text, dx, dy] = found || [String(state.view.near.indexOf(i) + 1), 0, 0];
      const kind = i === chosen ? "chosen-name" : found ? "neighbour-name" : "neighbour-number";
      state.labels.push(nameAt(area(i), text, kind, dx, dy));
    });
    nameBodies(taken, letter);
  }

  /** Whether a name has room at its place, moved by some pixels, and, given the map's size, inside of it; if so, its box
   * is taken. Widths are estimated, for no text is drawn yet. */
  function hasRoom(taken, place, text, letter, [dx, dy] = [0, 0], size = null) {
    const lines = text.split("\n");
    const at = state.map.latLngToContainerPoint([place.lat, place.lng]).add([dx, dy]);
    const half = Math.max(...lines.map((line) => line.length)) * letter / 2 + 3;
    const tall = lines.length * 7 + 1;
    const box = [at.x - half, at.y - tall, at.x + half, at.y + tall];
    if (size && (box[0] < 1 || box[1] < 1 || box[2] > size.x - 1 || box[3] > size.y - 1)) return false;
    if (taken.some((b) => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1])) return false;
    taken.push(box);
    return true;
  }

  /** A name on the map; it is not for screen readers, which have the names of the areas. */
  function nameAt({ lat, lng }, said, className, dx = 0, dy = 0) {
    const html = text("div", className, said);
    html.setAttribute("aria-hidden", "true");
    html.style.marginLeft = `${dx}px`;
    html.style.marginTop = `${dy}px`;
    return L.marker([lat, lng], { pane: "names", interactive: false, keyboard: false,
      icon: L.divIcon({ className: "name", html, iconSize: [0, 0] }) }).addTo(state.map);
  }

  const weight = (i) => (state.view.selected === area(i).ags ? 1e9 : 0) + state.index.municipalities[i][5];

  /** The address of a file that lies where the index does. */
  const beside = (name) => state.urls.index.replace(/[^/]+$/, name);

  /** Close by, fetch the finer lines of what is in sight; they come by state. */
  async function refine() {
    const hasSize = state.map.getSize().x > 100; // before it is laid out, everything seems to fit at any zoom
    if (!hasSize || state.map.getZoom() < DETAIL_ZOOM) return;
    const inSight = state.ground && new Set(state.ground.near(state.map.getBounds()).map((i) => stateOf(i)));
    const missing = Object.entries(state.urls.details).filter(([key]) => !state.detail.has(key)
      && (!key || !inSight || inSight.has(key)));
    if (!missing.length) return;
    missing.forEach(([key]) => state.detail.add(key));
    await Promise.all(missing.map(async ([key, name]) => {
      const topology = await (await fetch(beside(name))).json();
      const first = key ? state.index.municipalities.findIndex((_, i) => stateOf(i) === key) : 0;
      addSheet(topology, first);
    }));
    drawLines();
    drawBodies();
    drawSelection();
  }

  const stateOf = (position) => area(position).ags.slice(0, 2);

  /** Take in the lines of the areas from `first` on; areas already there are drawn with them. */
  function addSheet(topology, first) {
    const rings = window.atlasTopology.areas(topology);
    state.sheets.push({ topology, first, last: first + rings.length, positions: rings.map((_, k) => first + k) });
    rings.forEach((ring, k) => {
      state.rings[first + k] = ring;
      if (state.areas[first + k]) state.areas[first + k].setLatLngs(ring);
    });
  }

  // ---- controls ---------------------------------------------------------------------------------------------------

  function controls() {
    const zoom = L.control.zoom({ position: "topright" }).addTo(state.map);
    L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 110 }).addTo(state.map);
    const reset = L.control({ position: "topright" });
    reset.onAdd = () => {
      const bar = L.DomUtil.create("div", "leaflet-bar");
      state.homeButton = text("button", "home-button", "⌂");
      state.homeButton.type = "button";
      L.DomEvent.disableClickPropagation(bar);
      state.homeButton.addEventListener("click", home);
      bar.append(state.homeButton);
      return bar;
    };
    reset.addTo(state.map);
    state.zoomControl = zoom;
    const credit = L.control({ position: "bottomright" });
    credit.onAdd = () => {
      const box = L.DomUtil.create("div", "credit");
      const { text: words, url } = state.index.attribution;
      const link = text("a", "", words);
      link.href = url;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      box.append(link);
      return box;
    };
    credit.addTo(state.map);
  }

  function speakLanguage() {
    document.documentElement.lang = lang();
    document.title = word("title");
    if (window.frameElement) window.frameElement.title = word("title");
    const [zoomIn, zoomOut] = [state.zoomControl._zoomInButton, state.zoomControl._zoomOutButton];
    [[zoomIn, "zoomIn"], [zoomOut, "zoomOut"], [state.homeButton, "home"]].forEach(([button, key]) => {
      button.title = word(key);
      button.setAttribute("aria-label", word(key));
    });
    const group = state.map.getPane("areas").querySelector("svg");
    if (group) {
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", word("areas"));
    }
  }

  function complain() {
    const place = document.getElementById("map_div");
    place.replaceChildren(text("p", "complaint",
      "Die Karte konnte nicht geladen werden. Bitte die Seite neu laden. – The map could not be loaded. Please reload."));
  }

  // ---- from outside -------------------------------------------------------------------------------------------------

  function render(before) {
    prepareLooks();
    state.marks = state.view.points.join();
    state.marked = new Set(state.view.points);
    if (!before || before.points.join() !== state.marks) showDistrictNames(); // cities step aside for their point
    drawBodies();
    paint();
    drawPoints();
    drawSelection();
    follow(before);
    if (state.ground) showDistrictNames();
    showMunicipalityNames();
    speakLanguage();
    document.documentElement.dataset.painted = `${state.view.layer} ${state.view.asOf}`;
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
      [["ground", 405], ["areas", 410], ["lines", 420], ["points", 430], ["selection", 440], ["names", 450]].forEach(([name, z]) => {
        map.createPane(name).style.zIndex = z;
        if (name !== "areas") map.getPane(name).style.pointerEvents = "none";
      });
      if (coarse) map.dragging.disable(); // one finger scrolls the page, two move the map
      followTheme();
      fitFrame();
      try {
        const [index, topology] = await Promise.all([urls.index, beside(urls.overview)].map(async (url) => {
          const answer = await fetch(url);
          if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
          return answer.json();
        }));
        Object.assign(state, { index, rings: [] });
        document.documentElement.style.setProperty("--point", index.point);
        addSheet(topology, 0);
      } catch (error) {
        complain();
        throw error;
      }
      const [west, south, east, north] = state.index.bounds;
      fit([[south, west], [north, east]]);
      if (state.rings.length > MOST) {
        state.ground = window.atlasGround(map, state.rings.slice(), ABSENT);
        map.on("mousemove", (event) => pointAt(event.latlng));
        map.on("mouseout", () => state.tip.remove());
        map.on("click", (event) => { if (state.view && groundAt(event.latlng) >= 0) pick(groundAt(event.latlng)); });
        map.on("moveend", lookAround);
      }
      controls();
      showDistrictNames();
      map.on("zoomend", () => { refine(); });
      map.on("zoomend", showDistrictNames);
      map.on("moveend", () => { if (state.view) showMunicipalityNames(); });
      map.on("dragstart zoomstart", () => { state.moved = true; });
      if (state.view) render(null);
      refine();
    },

    show(packed) {
      const before = state.filmed || state.view;
      state.filmed = null;
      const points = Array.isArray(packed.points) ? packed.points : positions(packed.points || "");
      const view = { districtPoints: [], selected: "", district: "", near: [], bodies: "", ...packed, points, codes: unpack(packed.codes) };
      state.view = view;
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
      state.marks = state.view.points.join();
      if (state.marks !== state.pointsDrawn) {
        state.marked = new Set(state.view.points);
        drawPoints();
      }
      drawBodies();
      paint();
      if (!frame) drawSelection();
      document.documentElement.dataset.painted = `${state.view.layer} ${state.view.asOf}`;
    },
  };
})();
