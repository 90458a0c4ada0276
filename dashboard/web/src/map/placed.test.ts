import { describe, expect, it } from "vitest";
import { pointOf } from "../live/situation";
import { cameraOf, NOON, ticketOf } from "../testing/samples";
import { deviceSigns, ticketSigns } from "./placed";

const position: [number, number] = [1, 2];

describe("ticketSigns", () => {
  it("draws the gravest over the others, and what is nowhere not at all", () => {
    const at = (id: string, severity: "critical" | "minor") => pointOf(ticketOf({ id, severity, position }));
    const signs = ticketSigns([at("fire", "critical"), at("lamp", "minor"), pointOf(ticketOf({ id: "nowhere" }))], NOON);
    expect(signs).toMatchObject([{ id: "lamp", sign: "minor-8" }, { id: "fire", sign: "critical-8" }]);
  });
});

describe("deviceSigns", () => {
  it("says which cannot see", () => {
    const devices = [
      cameraOf({ position }),
      cameraOf({ id: "b", position, state: "offline" }),
      cameraOf({ id: "c", kind: "sensor", position, state: "offline" }),
      cameraOf({ id: "d", kind: "agent", position }),
    ];
    expect(deviceSigns(devices, NOON).map(({ sign }) => sign)).toEqual(["camera", "camera-blind", "sensor-blind"]);
  });
});
