import { describe, expect, it } from "vitest";
import { pointOf } from "../live/situation";
import { cameraOf, iso, NOON, ticketOf } from "../testing/samples";
import { areaFeatures, deviceFeatures, ticketFeatures } from "./features";
import { RINGS, ringOf } from "./signs";

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

describe("ticketFeatures", () => {
  it("draws the gravest over the others, and what is nowhere not at all", () => {
    const at = (id: string, severity: "critical" | "minor") =>
      pointOf(ticketOf({ id, severity, position: [1, 2] }));
    const features = ticketFeatures([at("fire", "critical"), at("lamp", "minor"), pointOf(ticketOf({ id: "nowhere" }))], NOON);
    expect(propertiesOf(features)).toMatchObject([{ id: "lamp", sign: "minor-8" }, { id: "fire", sign: "critical-8" }]);
  });
});

describe("deviceFeatures", () => {
  it("says which cannot see", () => {
    const position: [number, number] = [1, 2];
    const devices = [
      cameraOf({ position }),
      cameraOf({ id: "b", position, state: "offline" }),
      cameraOf({ id: "c", kind: "sensor", position, state: "offline" }),
      cameraOf({ id: "d", kind: "agent", position }),
    ];
    const signs = propertiesOf(deviceFeatures(devices, NOON)).map((one) => (one as { sign: string }).sign);
    expect(signs).toEqual(["camera", "camera-blind", "sensor-blind"]);
  });
});

describe("ringOf", () => {
  const ring = (minutes: number) => ringOf({ opened_at: iso(NOON), due: iso(NOON + 80 * 60_000) }, NOON + minutes * 60_000);

  it("runs down by eighths, the last one until it is late", () => {
    expect([0, 9, 11, 79, 80, 81].map(ring)).toEqual([RINGS, 8, 7, 1, 0, "late"]);
  });

  it("is full where no time was allowed at all", () => {
    expect(ringOf({ opened_at: iso(NOON), due: iso(NOON) }, NOON)).toBe(RINGS);
  });
});
