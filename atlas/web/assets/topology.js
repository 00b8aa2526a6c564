/* TopoJSON to rings and meshes: the little of the format (https://github.com/topojson/topojson-specification) that
 * the map needs. A quantised topology of polygons comes in; latitude-longitude rings and border lines come out. */
(function () {
  "use strict";

  /** Arcs as arrays of [lat, lng], deltas summed up and the quantisation undone. */
  function decodeArcs(topology) {
    const { scale, translate } = topology.transform;
    return topology.arcs.map((arc) => {
      let x = 0, y = 0;
      return arc.map((step) => {
        x += step[0];
        y += step[1];
        return [y * scale[1] + translate[1], x * scale[0] + translate[0]];
      });
    });
  }

  /** One ring from arc numbers; ~n is arc n backwards. Arcs share their end points. */
  function ring(arcs, numbers) {
    const points = [];
    numbers.forEach((number, i) => {
      const arc = number < 0 ? arcs[~number].slice().reverse() : arcs[number];
      for (let k = i === 0 ? 0 : 1; k < arc.length; k += 1) points.push(arc[k]);
    });
    points.pop();
    return points;
  }

  /** Arc numbers of a geometry as polygons of rings, whether it is one polygon or several. */
  function polygons(geometry) {
    if (geometry.type === "Polygon") return [geometry.arcs];
    return geometry.type === "MultiPolygon" ? geometry.arcs : [];
  }

  window.atlasTopology = {
    /** Latitude-longitude rings of every geometry, in order: polygons → rings → points. */
    areas(topology) {
      const arcs = decodeArcs(topology);
      return topology.objects.municipalities.geometries.map((geometry) =>
        polygons(geometry).map((rings) => rings.map((numbers) => ring(arcs, numbers))));
    },

    /** The outline around some areas taken together: the lines that only one of them has. */
    around(topology, members) {
      const arcs = decodeArcs(topology);
      const times = new Map();
      members.flatMap((i) => polygons(topology.objects.municipalities.geometries[i]).flat().flat()).forEach((number) => {
        const key = number < 0 ? ~number : number;
        times.set(key, (times.get(key) || 0) + 1);
      });
      return [...times].filter(([, count]) => count === 1).map(([key]) => arcs[key]);
    },

    /** Lines between areas of different districts, of different states, and the outline; only the areas in `present`
     * count. A district's key begins with its state's. */
    lines(topology, districts, present) {
      const arcs = decodeArcs(topology);
      const sides = new Map();
      topology.objects.municipalities.geometries.forEach((geometry, i) => {
        if (!present[i]) return;
        polygons(geometry).flat().flat().forEach((number) => {
          const key = number < 0 ? ~number : number;
          if (!sides.has(key)) sides.set(key, []);
          sides.get(key).push(districts[i]);
        });
      });
      const between = [], states = [], outline = [];
      sides.forEach(([one, other], key) => {
        if (other === undefined) outline.push(arcs[key]);
        else if (one.slice(0, 2) !== other.slice(0, 2)) states.push(arcs[key]);
        else if (one !== other) between.push(arcs[key]);
      });
      return { between, states, outline };
    },
  };
})();
