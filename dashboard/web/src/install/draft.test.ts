import { describe, expect, it } from "vitest";
import type { RuleKind, Watched } from "../api/client";
import { asKind, faultsOf, freeId, isSame, newZone, titleOf, withRing, withoutZone, zoneOf } from "./draft";

const FIRE = { kind: "fire", for: 4 };
const DRAFT: Watched = {
  zones: [
    { id: "kerb", name: "东侧路缘", polygon: [[0, 0], [1, 0], [1, 1]], rules: [FIRE] },
    { id: "zone-1", name: "", polygon: [[0, 0], [1, 0], [1, 1]], rules: [FIRE] },
  ],
  rules: [],
};

describe("a draft", () => {
  it("gives a new zone an id that is free and a rule", () => {
    const zone = newZone(DRAFT, "新区域", FIRE);
    expect([zone.id, titleOf(zone), zone.rules]).toEqual(["zone-2", "新区域", [FIRE]]);
    expect(freeId([])).toBe("zone-1");
  });

  it("changes one zone and leaves the others as they are", () => {
    const changed = withRing(DRAFT, "kerb", [[0, 0], [0.5, 0], [0.5, 0.5]]);
    expect(zoneOf(changed, "kerb")?.polygon[1]).toEqual([0.5, 0]);
    expect(zoneOf(changed, "zone-1")).toBe(DRAFT.zones[1]);
    expect(isSame(DRAFT, changed)).toBe(false);
    expect(withoutZone(changed, "kerb").zones).toEqual([DRAFT.zones[1]]);
  });

  it("names what the server would refuse", () => {
    const crossing = withRing(DRAFT, "kerb", [[0, 0], [1, 1], [1, 0], [0, 1]]);
    const bad = { ...crossing, zones: [...crossing.zones, { ...DRAFT.zones[1]!, rules: [] }] };
    expect(faultsOf(DRAFT)).toEqual([]);
    expect(faultsOf(bad)).toEqual([
      { zone: "kerb", what: "crossing" },
      { zone: "zone-1", what: "twin" },
      { zone: "zone-1", what: "ruleless" },
      { zone: "zone-1", what: "twin" },
    ]);
  });

  it("keeps of a rule what means the same to another kind", () => {
    const fields = [
      { name: "hours", shape: "hours" as const }, { name: "for", shape: "duration" as const }, { name: "objects", shape: "labels" as const },
    ].map((one) => ({ ...one, optional: false, least: null, over: false, most: null }));
    const smoke: RuleKind = { kind: "smoke", device: "camera", severity: "critical", about: "", fields, usual: { kind: "smoke", for: 5, objects: ["a"] } };
    expect(asKind({ kind: "fire", for: 9, hours: "07:00-08:00", objects: ["b"] }, smoke)).toEqual({
      kind: "smoke", for: 9, hours: "07:00-08:00", objects: ["a"],
    });
  });
});
