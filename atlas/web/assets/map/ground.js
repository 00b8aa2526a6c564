/* The ground of a large map: every area and every line on two canvases, painted from the same class codes.
 *
 * A state's few hundred areas are elements, each its own. For ten thousand that would take seconds, and at the scale of
 * a country most are smaller than a finger: there the ground shows them all, answers where the pointer is, and only
 * those that matter are elements above it (see `elements` in painting.js). */
import { ABSENT } from "../parts/shared.js";
import { state } from "./state.js";

const WORLD = L.CRS.EPSG3857;

/** Degrees to the plane of zoom 0, from a point near by, so that a path's short numbers stay exact.
 * @param {L.Point} origin @returns {(point: Point) => L.Point} */
const planeAround = (origin) => ([lat, lng]) => WORLD.latLngToPoint({ lat, lng }, 0).subtract(origin);

/** @param {Path2D} path @param {L.Point[]} points @param {boolean} close */
function outline(path, points, close) {
  points.forEach(({ x, y }, i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  if (close) path.closePath();
}

/** A canvas that moves and zooms with the map and is drawn anew by `draw(context, scale)` when that has ended.
 * @type {new (options: object) => L.Renderer & { redraw(): void }} */
const Sheet = /** @type {any} */ (L.Renderer.extend(/** @type {any} */ ({
  options: { padding: 0.25 },

  _initContainer() {
    this._container = L.DomUtil.create("canvas", "ground");
    this._container.setAttribute("aria-hidden", "true");
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    /** @type {any} */ (L.Renderer.prototype)._update.call(this);
    const size = this._bounds.getSize(), ratio = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._container.width = Math.round(ratio * size.x);
    this._container.height = Math.round(ratio * size.y);
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this.redraw();
  },

  redraw() {
    if (!this._bounds) return;
    const context = this._container.getContext("2d");
    const scale = 2 ** this._map.getZoom(), ratio = window.devicePixelRatio || 1;
    const { origin, draw } = this.options;
    const at = origin.multiplyBy(scale).subtract(this._map.getPixelOrigin()).subtract(this._bounds.min);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this._container.width, this._container.height);
    context.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * at.x, ratio * at.y);
    draw(context, scale);
  },
})));

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Fill of a look and lines of its hatch as the page is now: canvases know no `light-dark`.
 * @param {Look} look */
const inks = (look) => look.paints[document.documentElement.classList.contains("dark") ? 1 : 0];

/** A context to draw on.
 * @param {HTMLCanvasElement} canvas */
const contextOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/** A small tile with the hatch of a look, for the canvas.
 * @param {Look} look */
function tileOf(look) {
  const { tile, dots, lines } = state.index.hatches, { hatch } = look, [fill, line] = inks(look);
  const made = document.createElement("canvas");
  made.width = made.height = Math.round(tile * (window.devicePixelRatio || 1));
  const context = contextOf(made);
  context.scale(made.width / tile, made.height / tile);
  context.fillStyle = fill;
  context.fillRect(0, 0, tile, tile);
  context.strokeStyle = context.fillStyle = line;
  if (hatch === "dots") {
    dots.middles.forEach(([x, y]) => {
      context.beginPath();
      context.arc(x, y, dots.radius, 0, 7);
      context.fill();
    });
  } else {
    context.lineWidth = lines[hatch].width;
    context.stroke(new Path2D(lines[hatch].path));
  }
  return made;
}

/** The ground of a map, of rings as `areas` of topology.js gives them. */
export class Ground {
  /** @param {L.Map} map @param {Polygons[]} rings */
  constructor(map, rings) {
    const origin = WORLD.latLngToPoint(map.getCenter(), 0);
    this.map = map;
    this.plane = planeAround(origin);
    /** West, north, east and south of each area, one after the other. */
    this.boxes = new Float64Array(4 * rings.length);
    this.paths = rings.map((polygons, i) => this.takeIn(polygons, i));
    this.codes = "";
    /** @type {Map<string, Paint>} */
    this.looks = new Map();
    /** By class code. @type {Map<string, Path2D>} */
    this.groups = new Map();
    this.everything = new Path2D();
    /** @type {{ path: Path2D, ink: string, weight: (zoom: number) => number }[]} */
    this.strokes = [];
    /** Corners of the borders of states, x and y one after the other. */
    this.edge = new Float64Array();
    this.probe = contextOf(document.createElement("canvas"));
    this.fills = new Sheet({ pane: "ground", origin, draw: this.drawFills.bind(this) }).addTo(map);
    this.edges = new Sheet({ pane: "lines", origin, draw: this.drawEdges.bind(this) }).addTo(map);
  }

  /** The path of an area; its box is kept.
   * @param {Polygons} polygons @param {number} i */
  takeIn(polygons, i) {
    const path = new Path2D(), box = [Infinity, Infinity, -Infinity, -Infinity];
    polygons.flat().forEach((ring) => {
      const points = ring.map(this.plane);
      points.forEach(({ x, y }) => {
        box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y);
        box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
      });
      outline(path, points, true);
    });
    this.boxes.set(box, 4 * i);
    return path;
  }

  /** Show class codes, one for each area.
   * @param {string} codes @param {Map<string, Paint>} looks */
  paint(codes, looks) {
    const isSame = this.codes === codes;
    Object.assign(this, { codes, looks });
    if (!isSame) this.gather();
    this.fills.redraw();
  }

  /** Take together what has one colour. */
  gather() {
    this.groups = new Map();
    this.everything = new Path2D();
    [...this.codes].forEach((code, i) => {
      if (code === ABSENT) return;
      const group = this.groups.get(code) || new Path2D();
      group.addPath(this.paths[i]);
      this.groups.set(code, group);
      this.everything.addPath(this.paths[i]);
    });
  }

  /** @param {CanvasRenderingContext2D} context @param {number} scale */
  drawFills(context, scale) {
    this.groups.forEach((path, code) => {
      context.fillStyle = fillOf(this.looks.get(code), context, scale);
      context.fill(path, "evenodd");
    });
    const thin = Math.min(0.7, (Math.log2(scale) - 6.6) * 0.35); // at a country's scale a web of lines is only grey
    if (thin <= 0) return;
    context.lineWidth = thin / scale;
    context.strokeStyle = colour("--line");
    context.stroke(this.everything);
  }

  /** Show lines: parts in degrees, `weight(zoom)` in pixels.
   * @param {{ parts: Point[][], ink: string, weight: (zoom: number) => number }[]} lines */
  lines(lines) {
    this.edge = new Float64Array(lines.filter(({ ink }) => ink === "--state-line").flatMap(({ parts }) => parts.flat())
      .map(this.plane).flatMap(({ x, y }) => [x, y]));
    this.strokes = lines.map(({ parts, ink, weight }) => {
      const path = new Path2D();
      parts.forEach((part) => outline(path, part.map(this.plane), false));
      return { path, ink, weight };
    });
    this.edges.redraw();
  }

  /** @param {CanvasRenderingContext2D} context @param {number} scale */
  drawEdges(context, scale) {
    context.lineJoin = "round";
    this.strokes.forEach(({ path, ink, weight }) => {
      context.lineWidth = weight(this.map.getZoom()) / scale;
      context.strokeStyle = colour(ink);
      context.stroke(path);
    });
  }

  redraw() {
    this.fills.redraw();
    this.edges.redraw();
  }

  /** Whether the box of an area meets another.
   * @param {number} i @param {number} west @param {number} north @param {number} east @param {number} south */
  meets(i, west, north, east, south) {
    const { boxes } = this;
    return boxes[4 * i] <= east && boxes[4 * i + 2] >= west && boxes[4 * i + 1] <= south && boxes[4 * i + 3] >= north;
  }

  /** Position of the area there, or -1.
   * @param {Movable} latlng */
  at({ lat, lng }) {
    const { x, y } = this.plane([lat, lng]);
    return this.paths.findIndex((path, i) => (this.codes[i] || ABSENT) !== ABSENT && this.meets(i, x, y, x, y)
      && this.probe.isPointInPath(path, x, y, "evenodd"));
  }

  /** Positions of areas whose box meets these bounds.
   * @param {L.LatLngBounds} bounds */
  near(bounds) {
    const one = this.plane([bounds.getNorth(), bounds.getWest()]), other = this.plane([bounds.getSouth(), bounds.getEast()]);
    return this.paths.map((_, i) => i).filter((i) => this.meets(i, one.x, one.y, other.x, other.y));
  }

  /** Whether no border of a state runs through a box on the screen, as its lines are drawn: corner by corner.
   * @param {import("./labels.js").Box} box */
  isOffBorders([left, top, right, bottom]) {
    const corner = (/** @type {number} */ x, /** @type {number} */ y) => {
      const { lat, lng } = this.map.containerPointToLatLng([x, y]);
      return this.plane([lat, lng]);
    };
    const one = corner(left, top), other = corner(right, bottom), { edge } = this;
    for (let i = 0; i < edge.length; i += 2) {
      if (edge[i] > one.x && edge[i] < other.x && edge[i + 1] > one.y && edge[i + 1] < other.y) return false;
    }
    return true;
  }

  /** Width of an area on the screen, in pixels: the longer side of its box.
   * @param {number} i */
  width(i) {
    const { boxes } = this;
    return Math.max(boxes[4 * i + 2] - boxes[4 * i], boxes[4 * i + 3] - boxes[4 * i + 1]) * 2 ** this.map.getZoom();
  }
}

/** What an area is filled with on a canvas; without a paint, as one the reader has filtered out.
 * @param {Paint | undefined} paint @param {CanvasRenderingContext2D} context @param {number} scale */
function fillOf(paint, context, scale) {
  if (!paint) return colour("--filtered");
  if (paint.look.hatch === "none") return inks(paint.look)[0];
  const ratio = window.devicePixelRatio || 1;
  const pattern = /** @type {CanvasPattern} */ (context.createPattern(tileOf(paint.look), "repeat"));
  pattern.setTransform(new DOMMatrix().scale(1 / (ratio * scale)));
  return pattern;
}
