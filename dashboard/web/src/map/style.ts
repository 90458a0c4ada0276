import type { StyleSpecification, SymbolLayerSpecification } from "maplibre-gl";
import type { BaseMap } from "../api/client";
import { layersOf, SOURCE, sourceOf } from "./base";
import { deviceFeatures } from "./features";
import type { Colours } from "./signs";

const EMPTY = deviceFeatures([], 0);

/** How far the pictures are drawn larger than they are shown, so that they stay sharp. */
export const SHARPNESS = 2;

/** The map of an area: no font, no picture is fetched from anywhere. `text` is in pixels. */
export function styleOf(colours: Colours, font: string, text: number, base: BaseMap): StyleSpecification {
  const under = sourceOf(base, window.location.href);
  const sign = (scale: number): SymbolLayerSpecification["layout"] => ({
    "icon-image": ["get", "sign"],
    "icon-size": scale / SHARPNESS,
    "icon-allow-overlap": true,
    "icon-ignore-placement": true,
  });
  return {
    version: 8,
    sources: {
      ...(under === null ? {} : { [SOURCE]: under }),
      ...Object.fromEntries(["areas", "devices", "tickets"].map((name) => [name, { type: "geojson", data: EMPTY }])),
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colours.ground } },
      {
        id: "load",
        type: "fill",
        source: "areas",
        paint: {
          "fill-color": ["interpolate", ["linear"], ["get", "heat"], 0, colours.panel, 1, colours.line],
        },
      },
      ...layersOf(base, colours, font, text),
      {
        id: "late",
        type: "fill",
        source: "areas",
        paint: {
          "fill-color": colours.severity.major,
          "fill-opacity": ["*", 0.28, ["get", "late"]],
        },
      },
      {
        id: "blind",
        type: "fill",
        source: "areas",
        filter: ["get", "blind"],
        paint: { "fill-pattern": "hatch" },
      },
      {
        id: "borders",
        type: "line",
        source: "areas",
        paint: { "line-color": colours.quiet, "line-width": 1.5, "line-opacity": 0.6 },
      },
      {
        id: "names",
        type: "symbol",
        source: "areas",
        layout: { "text-field": ["get", "label"], "text-font": [font], "text-size": text, "text-line-height": 1.15 },
        paint: { "text-color": colours.quiet, "text-halo-color": colours.ground, "text-halo-width": 2 },
      },
      { id: "devices", type: "symbol", source: "devices", layout: sign(0.8)! },
      {
        id: "tickets",
        type: "symbol",
        source: "tickets",
        layout: { ...sign(1), "symbol-sort-key": ["get", "rank"] },
      },
    ],
  };
}
