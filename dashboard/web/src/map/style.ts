import type { StyleSpecification } from "maplibre-gl";
import type { BaseMap } from "../api/client";
import { layersOf, SOURCE, sourceOf } from "./base";
import { areaFeatures } from "./features";
import type { Colours } from "./signs";

const NO_AREAS = areaFeatures([], new Map());

/** The map of an area: no font, no picture is fetched from anywhere. `text` is in pixels. */
export function styleOf(colours: Colours, font: string, text: number, base: BaseMap): StyleSpecification {
  const under = sourceOf(base, window.location.href);
  return {
    version: 8,
    sources: {
      ...(under === null ? {} : { [SOURCE]: under }),
      areas: { type: "geojson", data: NO_AREAS },
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
    ],
  };
}
