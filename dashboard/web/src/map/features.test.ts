import { describe, expect, it } from "vitest";
import { areaFeatures } from "./features";

const PART = { code: "1", name: "金沙", level: "grid", parent: null, merged_into: null, polygon: [[0, 0], [1, 0], [1, 1]] as [number, number][] };
const propertiesOf = (collection: { features: { properties: unknown }[] }) => collection.features.map((one) => one.properties);

describe("areaFeatures", () => {
  const load = { open: 0, late: 0, cameras: 0, seeing: 0 };
  const shown = (changes: Partial<typeof load>) => areaFeatures([PART], new Map([["1", { ...load, ...changes }]]));

  it("says how much is open and how much of it late", () => {
    expect(propertiesOf(shown({ open: 4, late: 1 }))).toMatchObject([{ label: "金沙\n4", heat: 1, late: 0.25, blind: false }]);
    expect(propertiesOf(shown({}))).toMatchObject([{ label: "金沙", heat: 0, late: 0 }]);
  });

  it("is blind where no camera sees, and not where there is none", () => {
    expect(propertiesOf(shown({ cameras: 2 }))).toMatchObject([{ blind: true }]);
    expect(propertiesOf(shown({ cameras: 2, seeing: 1 }))).toMatchObject([{ blind: false }]);
  });

  it("closes its ring", () => {
    expect(shown({}).features[0]!.geometry).toEqual({ type: "Polygon", coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] });
  });
});
