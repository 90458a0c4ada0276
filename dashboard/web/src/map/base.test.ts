import { describe, expect, it } from "vitest";
import type { BaseMap } from "../api/client";
import type { Colours } from "./signs";
import { layersOf, sourceOf } from "./base";

const COLOURS: Colours = {
  ground: "#000", panel: "#111", line: "#222", text: "#fff", quiet: "#888", water: "#123", street: "#333",
  severity: { critical: "#f00", major: "#fa0", minor: "#ff0" },
};
const NONE: BaseMap = { format: null, url: null };
const STREETS: BaseMap = { format: "geojson", url: "/api/map/content" };
const ARCHIVE: BaseMap = { format: "pmtiles", url: "/api/map/content" };

const idsOf = (map: BaseMap): string[] => layersOf(map, COLOURS, "sans", 16).map(({ id }) => id);

describe("sourceOf", () => {
  it("asks this server for all of it, or piece by piece", () => {
    const page = "http://yihu:8080/wall?area=51";
    expect(sourceOf(NONE, page)).toBeNull();
    expect(sourceOf(STREETS, page)).toEqual({ type: "geojson", data: "http://yihu:8080/api/map/content" });
    expect(sourceOf(ARCHIVE, page)).toEqual({ type: "vector", url: "pmtiles://http://yihu:8080/api/map/content" });
  });
});

describe("layersOf", () => {
  it("draws nothing where there is nothing", () => {
    expect(idsOf(NONE)).toEqual([]);
  });

  it("draws streets over water over green, and names over all", () => {
    expect(idsOf(STREETS)).toEqual(["base-green", "base-water", "base-street", "base-street-names"]);
  });

  it("knows what both usual schemes of tiles call things, each layer once", () => {
    const ids = idsOf(ARCHIVE);
    expect(ids).toContain("base-street-roads");
    expect(ids).toContain("base-street-transportation");
    expect(new Set(ids).size).toBe(ids.length);
  });
});
