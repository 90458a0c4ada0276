import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import type { BaseMap } from "../api/client";
import type { Colours } from "./signs";

export const SOURCE = "base";

/** How wide a street is drawn, by its rank or its class: what leads through, what joins, what is lived in. */
const WIDTH = ["match", ["to-string", ["coalesce", ["get", "rank"], ["get", "kind"], ["get", "class"], ""]],
  ["1", "highway", "motorway", "trunk"], 5,
  ["2", "major_road", "primary", "secondary"], 3,
  1.5,
] as unknown as number; // the style's own language for it

/** `page` is where the map is shown: what draws it knows no address that begins there. */
export function sourceOf(map: BaseMap, page: string): SourceSpecification | null {
  if (map.url === null) return null;
  const url = new URL(map.url, page).href;
  return map.format === "geojson" ? { type: "geojson", data: url } : { type: "vector", url: `pmtiles://${url}` };
}

interface Ground {
  /** What a PMTiles archive calls it (Protomaps' and OpenMapTiles' names); GeoJSON has `kind` for it. */
  layers: readonly string[];
  kinds: readonly string[];
}

const WATER: Ground = { layers: ["water"], kinds: ["water"] };
const GREEN: Ground = { layers: ["landuse", "landcover", "park"], kinds: ["green", "park", "forest", "wood", "grass"] };
const STREETS: Ground = { layers: ["roads", "transportation"], kinds: ["street"] };
const NAMES: Ground = { layers: ["roads", "transportation_name"], kinds: ["street"] };

/** What lies under the areas, quieter than anything that is drawn over it. */
export function layersOf(map: BaseMap, colours: Colours, font: string, text: number): LayerSpecification[] {
  if (map.format === null) return [];
  return [
    ...each(map, GREEN, (layer) => ({ ...layer, type: "fill", paint: { "fill-color": colours.line, "fill-opacity": 0.25 } })),
    ...each(map, WATER, (layer) => ({ ...layer, type: "fill", paint: { "fill-color": colours.water } })),
    ...each(map, STREETS, (layer) => ({
      ...layer,
      type: "line",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": colours.street, "line-width": WIDTH },
    })),
    ...each(map, NAMES, (layer) => ({
      ...layer,
      type: "symbol",
      layout: {
        "symbol-placement": "line",
        "text-field": ["coalesce", ["get", "name:zh-Hans"], ["get", "name"], ""],
        "text-font": [font],
        "text-size": text * 0.8,
      },
      paint: { "text-color": colours.quiet, "text-halo-color": colours.ground, "text-halo-width": 1.5 },
    })),
  ];
}

type Drawn = { id: string; source: string; "source-layer"?: string; filter?: never };

/** One layer for GeoJSON, which is told apart by kind; one for each name that an archive may have for it. */
function each(map: BaseMap, ground: Ground, draw: (layer: Drawn) => LayerSpecification): LayerSpecification[] {
  const name = ground.kinds[0]! + (ground === NAMES ? "-names" : "");
  if (map.format === "geojson") {
    const filter = ["in", ["get", "kind"], ["literal", [...ground.kinds]]] as unknown as never; // as above
    return [draw({ id: `base-${name}`, source: SOURCE, filter })];
  }
  return ground.layers.map((layer) => draw({ id: `base-${name}-${layer}`, source: SOURCE, "source-layer": layer }));
}
