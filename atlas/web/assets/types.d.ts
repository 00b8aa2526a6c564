/* Shapes that pass between the server, the map, the parts and the site. Types only: nothing of this reaches a browser. */

type Lang = string;
type Bilingual = Record<Lang, string>;
/** Latitude and longitude. */
type Point = [number, number];
/** Polygons, rings of each, points of each. */
type Polygons = Point[][][];
type Movable = { lat: number; lng: number };

// ---- from the server: map_index.py, payloads.py, folium_map.py ----------------------------------------------------------

type Look = {
  code: string; key: string; label: Bilingual; hatch: string; own: boolean; optional: boolean; hasNumber: boolean;
  /** Fill and lines of the hatch, on a light page and on a dark one. */
  paints: [[string, string], [string, string]];
};
type Layer = { label: Bilingual; definition: Bilingual; looks: Look[] };
type District = Movable & { name: string; short: string; city: boolean; bounds: [number, number, number, number] };
type Words = Record<string, string> & { film: Record<string, string>; sinces: Record<string, [string, string]>;
  howToRead: { start: string; heading: string; texts: string[] } };
/** Key, name, district, latitude, longitude, area in km². */
type Municipality = [string, string, string, number, number, number];
type MapIndex = {
  municipalities: Municipality[];
  districts: Record<string, District>;
  states: Record<string, Movable & { name: string }>;
  bodies: string[];
  /** Side of a tile; what is drawn in it, by the name of the hatch (hatches.py). */
  hatches: { tile: number; dots: { middles: Point[]; radius: number }; lines: Record<string, { path: string; width: number }> };
  /** How wide each letter of the names is, regular and bold, for text of size 1. */
  letters: Record<string, [number, number]>;
  point: string;
  bounds: [number, number, number, number];
  layers: Record<string, Layer>;
  words: Record<Lang, Words>;
  attribution: { text: string; url: string };
};
type Topology = {
  transform: { scale: [number, number]; translate: [number, number] };
  arcs: [number, number][][];
  objects: { municipalities: { geometries: { type: string | null; arcs?: unknown }[] } };
  /** Of a map of tiles: what stands for the places of the index (export/tiles.py). */
  places?: { municipalities: (Point | null)[]; districts: Record<string, Partial<District>>; bounds: MapIndex["bounds"] };
};
type Urls = { index: string; overview: string; details: Record<string, string>; tall: number };
/** What `show` is given: what is empty may be missing, codes and points are packed. */
type PackedView = Partial<Omit<View, "points">> & Pick<View, "layer" | "asOf" | "codes" | "lang"> & { points?: string | number[] };

// ---- the map -----------------------------------------------------------------------------------------------------------

type View = {
  layer: string; asOf: string; codes: string; points: number[]; districtPoints: string[]; selected: string;
  district: string; lang: Lang; bodies: string; near: number[];
};
type Sheet = { topology: Topology; first: number; last: number; positions: number[] };
/** A look as the map paints it: fill of an element, dot of a small area. */
type Paint = { look: Look; fill: string; dot: { fill: string; stroke?: string } };
type JointBody = { name: string; members: number[] };
type Month = { asOf: string; codes: string; points: number[]; districtPoints: string[]; counts: Record<string, number>; total: number };
type MapState = {
  map: import("leaflet").Map;
  tip: import("leaflet").Tooltip;
  urls: Urls;
  index: MapIndex;
  /** Of a large map only. */
  ground: import("./map/ground.js").Ground | null;
  /** By position: geometry of every area, the finest there is; its element, if it is on the map. */
  rings: Polygons[];
  areas: import("leaflet").Polygon[];
  sheets: Sheet[];
  /** Positions that are elements now. */
  shown: Set<number>;
  /** By class code, of the layer shown. */
  looks: Map<string, Paint>;
  /** What is shown; in the time-lapse a month, and `filmed` is then the view itself. */
  view: View;
  filmed: View | null;
  /** Positions with a point. */
  marked: Set<number>;
  bodies: JointBody[];
  /** Position the tabulator key reaches. */
  focus: number;
  /** Key of what was chosen on the map itself: then it does not move. */
  ownPick: string | null;
  /** Whether the reader has moved it. */
  isMoved: boolean;
};
type AtlasMap = {
  make(id: string): import("leaflet").Map;
  start(urls: Urls): Promise<void>;
  show(view: PackedView): import("leaflet").FeatureGroup;
  isReady(): boolean;
  film(frame: Month | null): void;
};

/** The months of a film as they come from the server: class codes of the first in full, of the others what changes. */
type Film = {
  days: string[]; codes: string[]; points: number[][]; districtPoints: string[][]; counts: Record<string, number[]>; totals: number[];
};

// ---- parts and site ----------------------------------------------------------------------------------------------------

type Component<Data> = {
  parentElement: HTMLElement & { atlasDrawn?: string };
  data: Data | Uint8Array;
  setTriggerValue(name: string, value: string): void;
};

/** What the map page of the site is told (site_map.py). */
type About = {
  lang: Lang; prefix: string; page: string; others: Record<string, string>; layer: string; home: string; layers: Record<string, string>;
  index: string; map: string; mapPage: string; first: string; today: string; changes: [string, string, string][];
  districts: string[]; search: import("./parts/search.js").SearchIndex & { words: import("./parts/search.js").SearchWords }; pages: string[] | null; words: Record<string, string>; misread: Misread;
};
/** What pages say with about an address they cannot read (present/address.py). */
type Misread = {
  rules: Record<string, { known?: string[]; form?: string }>; tracking: string[]; limits: { named: number; listed: number; shown: number };
  all: string; wrong: string; several: string; more: string;
};
type SiteView = { layer: string; day: string; district: string; ags: string; looks: Set<string>; documented: boolean };
/** Text, layer, classes, whether it stands beside the number. */
type Door = [string, string, string, 1?];
/** All days of a layer (site_days.py). */
type DayFile = {
  layer: string; days: string[]; codes: string[]; points: number[][]; districtPoints: string[][]; bodies: string[];
  since: string[]; cards: Record<Lang, Record<string, [number, [string, Door[], string][]][]>>;
};
type Days = DayFile & { written: string[][] };

interface Window {
  /** What Streamlit reads when it begins. */
  __streamlit?: { BACKEND_BASE_URL: string };
  atlasMap: AtlasMap;
  Streamlit: { setFrameHeight(height: number): void; setComponentValue(value: { ags: string; pick: number }): void };
}
interface DocumentEventMap {
  "atlas:film": CustomEvent<Month | null>;
  "atlas:pick": CustomEvent<{ ags: string }>;
}
