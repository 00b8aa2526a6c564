/* The ground of a large map: every area and every line on two canvases, painted from the same class codes.
 *
 * A state's few hundred areas are elements, each its own. For ten thousand that would take seconds, and at the scale of
 * a country most are smaller than a finger: there the ground shows them all, answers where the pointer is, and only
 * those that matter are elements above it (see `elements` in map.js). */
(function () {
  "use strict";

  const WORLD = L.CRS.EPSG3857;

  /** Degrees to the plane of zoom 0, from a point near by, so that a path's short numbers stay exact. */
  const planeAround = (origin) => ([lat, lng]) => WORLD.latLngToPoint({ lat, lng }, 0).subtract(origin);

  function outline(path, points, close) {
    points.forEach(({ x, y }, i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    if (close) path.closePath();
  }

  /** A canvas that moves and zooms with the map and is drawn anew by `draw(context, scale)` when that has ended. */
  const Sheet = L.Renderer.extend({
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
      L.Renderer.prototype._update.call(this);
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
  });

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /** Half of it white: what is drawn on paper is drawn so where the paper is dark. Canvases know no `color-mix`. */
  const paler = (hex) => `#${hex.match(/[0-9a-f]{2}/g)
    .map((part) => Math.round(parseInt(part, 16) * 0.45 + 140).toString(16).padStart(2, "0")).join("")}`;

  /** A small tile with the hatch of a look, for the canvas. */
  function tile(look, paint) {
    const ratio = window.devicePixelRatio || 1, size = look.tile;
    const made = document.createElement("canvas");
    made.width = made.height = Math.round(size * ratio);
    const context = made.getContext("2d");
    context.scale(made.width / size, made.height / size);
    context.fillStyle = paint;
    context.fillRect(0, 0, size, size);
    const isPale = look.onPaper && document.documentElement.classList.contains("dark");
    context.strokeStyle = context.fillStyle = isPale ? paler(look.line) : look.line;
    if (look.hatch) {
      context.lineWidth = 1.1;
      context.stroke(new Path2D(look.hatch));
    } else {
      [1.5, 4.5].forEach((spot) => {
        context.beginPath();
        context.arc(spot, spot, 0.8, 0, 7);
        context.fill();
      });
    }
    return made;
  }

  /** The ground of a map.
   *
   * `rings` as `atlasTopology.areas` gives them; `lines` as `atlasTopology.lines` does. `paint(codes, looks)` shows class
   * codes; `at(latlng)` is the position of the area there, or -1; `near(bounds)` are the positions whose box meets it. */
  window.atlasGround = function ground(map, rings, codesLeftOut) {
    const middle = map.getCenter();
    const origin = WORLD.latLngToPoint(middle, 0), plane = planeAround(origin);
    const boxes = new Float64Array(4 * rings.length);
    const paths = rings.map((polygons, i) => {
      const path = new Path2D(), box = [Infinity, Infinity, -Infinity, -Infinity];
      polygons.flat().forEach((ring) => {
        const points = ring.map(plane);
        points.forEach(({ x, y }) => {
          box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y);
          box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
        });
        outline(path, points, true);
      });
      boxes.set(box, 4 * i);
      return path;
    });
    let codes = "", looks = new Map(), groups = new Map(), everything = new Path2D(), strokes = [];
    const probe = document.createElement("canvas").getContext("2d");

    function gather() {
      groups = new Map();
      everything = new Path2D();
      [...codes].forEach((code, i) => {
        if (codesLeftOut.includes(code)) return;
        if (!groups.has(code)) groups.set(code, new Path2D());
        groups.get(code).addPath(paths[i]);
        everything.addPath(paths[i]);
      });
    }

    function fillOf(code, context, scale) {
      const look = looks.get(code);
      const paint = look ? look.plain || colour("--no-data") : colour("--filtered");
      if (!look || !look.tile) return paint;
      const ratio = window.devicePixelRatio || 1, pattern = context.createPattern(tile(look, paint), "repeat");
      pattern.setTransform(new DOMMatrix().scale(1 / (ratio * scale)));
      return pattern;
    }

    const fills = new Sheet({ pane: "ground", origin, draw(context, scale) {
      groups.forEach((path, code) => {
        context.fillStyle = fillOf(code, context, scale);
        context.fill(path, "evenodd");
      });
      const thin = Math.min(0.7, (Math.log2(scale) - 6.6) * 0.35); // at a country's scale a web of lines is only grey
      if (thin <= 0) return;
      context.lineWidth = thin / scale;
      context.strokeStyle = colour("--line");
      context.stroke(everything);
    } }).addTo(map);

    const edges = new Sheet({ pane: "lines", origin, draw(context, scale) {
      context.lineJoin = "round";
      strokes.forEach(({ path, ink, weight }) => {
        context.lineWidth = weight(map.getZoom()) / scale;
        context.strokeStyle = colour(ink);
        context.stroke(path);
      });
    } }).addTo(map);

    const meets = (i, west, north, east, south) => boxes[4 * i] <= east && boxes[4 * i + 2] >= west
      && boxes[4 * i + 1] <= south && boxes[4 * i + 3] >= north;

    return {
      paint(nowCodes, nowLooks) {
        const same = codes === nowCodes;
        codes = nowCodes;
        looks = nowLooks;
        if (!same) gather();
        fills.redraw();
      },

      /** Show lines: `[{ parts, ink, weight }]`, parts in degrees, `weight(zoom)` in pixels. */
      lines(wanted) {
        strokes = wanted.map(({ parts, ink, weight }) => {
          const path = new Path2D();
          parts.forEach((part) => outline(path, part.map(plane), false));
          return { path, ink, weight };
        });
        edges.redraw();
      },

      redraw() {
        fills.redraw();
        edges.redraw();
      },

      at(latlng) {
        const { x, y } = plane([latlng.lat, latlng.lng]);
        for (let i = 0; i < paths.length; i += 1) {
          if (!codesLeftOut.includes(codes[i] || codesLeftOut[0]) && meets(i, x, y, x, y)
            && probe.isPointInPath(paths[i], x, y, "evenodd")) return i;
        }
        return -1;
      },

      near(bounds) {
        const one = plane([bounds.getNorth(), bounds.getWest()]), other = plane([bounds.getSouth(), bounds.getEast()]);
        return paths.map((_, i) => i).filter((i) => meets(i, one.x, one.y, other.x, other.y));
      },

      /** Width of an area on the screen, in pixels: the longer side of its box. */
      width: (i) => Math.max(boxes[4 * i + 2] - boxes[4 * i], boxes[4 * i + 3] - boxes[4 * i + 1]) * 2 ** map.getZoom(),
    };
  };
})();
