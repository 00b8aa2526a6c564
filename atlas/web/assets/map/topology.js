/* TopoJSON to rings and meshes: the little of the format (https://github.com/topojson/topojson-specification) that
 * the map needs. A quantised topology of polygons comes in; latitude-longitude rings and border lines come out. */

/** Arcs as arrays of [lat, lng], deltas summed up and the quantisation undone.
 * @param {Topology} topology */
function decodeArcs(topology) {
  const { scale, translate } = topology.transform;
  return topology.arcs.map((arc) => {
    let x = 0, y = 0;
    return arc.map((step) => {
      x += step[0];
      y += step[1];
      return /** @type {Point} */ ([y * scale[1] + translate[1], x * scale[0] + translate[0]]);
    });
  });
}

/** One ring from arc numbers; ~n is arc n backwards. Arcs share their end points.
 * @param {Point[][]} arcs @param {number[]} numbers */
function ring(arcs, numbers) {
  /** @type {Point[]} */
  const points = [];
  numbers.forEach((number, i) => {
    const arc = number < 0 ? arcs[~number].slice().reverse() : arcs[number];
    for (let k = i === 0 ? 0 : 1; k < arc.length; k += 1) points.push(arc[k]);
  });
  points.pop();
  return points;
}

/** Arc numbers of every area as polygons of rings, whether it is one polygon, several or none.
 * @param {Topology} topology */
const areaArcs = (topology) => topology.objects.municipalities.geometries.map(({ type, arcs }) =>
  /** @type {number[][][]} */ (type === "Polygon" ? [arcs] : type === "MultiPolygon" ? arcs : []));

/** Number of an arc, whichever way it is walked.
 * @param {number} number */
const arcOf = (number) => (number < 0 ? ~number : number);

/** Latitude-longitude rings of every geometry, in order.
 * @param {Topology} topology @returns {Polygons[]} */
export function areas(topology) {
  const arcs = decodeArcs(topology);
  return areaArcs(topology).map((polygons) => polygons.map((rings) => rings.map((numbers) => ring(arcs, numbers))));
}

/** The outline around some areas taken together: the lines that only one of them has.
 * @param {Topology} topology @param {number[]} members */
export function around(topology, members) {
  const arcs = decodeArcs(topology), polygons = areaArcs(topology);
  const uses = new Map();
  members.flatMap((i) => polygons[i].flat(2)).map(arcOf).forEach((arc) => uses.set(arc, (uses.get(arc) || 0) + 1));
  return [...uses].filter(([, count]) => count === 1).map(([arc]) => arcs[arc]);
}

/** Lines between areas of different districts, of different states, and the outline; only the areas in `present`
 * count. A district's key begins with its state's.
 * @param {Topology} topology @param {string[]} districts @param {boolean[]} present */
export function lines(topology, districts, present) {
  const arcs = decodeArcs(topology);
  /** @type {Map<number, string[]>} */
  const sides = new Map();
  areaArcs(topology).forEach((polygons, i) => {
    if (!present[i]) return;
    polygons.flat(2).map(arcOf).forEach((arc) => {
      if (!sides.has(arc)) sides.set(arc, []);
      sides.get(arc)?.push(districts[i]);
    });
  });
  /** @type {Record<"between" | "states" | "outline", Point[][]>} */
  const found = { between: [], states: [], outline: [] };
  sides.forEach(([one, other], arc) => {
    if (other === undefined) found.outline.push(arcs[arc]);
    else if (one.slice(0, 2) !== other.slice(0, 2)) found.states.push(arcs[arc]);
    else if (one !== other) found.between.push(arcs[arc]);
  });
  return found;
}
