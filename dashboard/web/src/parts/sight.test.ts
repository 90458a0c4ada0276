import { describe, expect, it } from "vitest";
import { cameraOf, iso, NOON } from "../testing/samples";
import { blindnessOf } from "./sight";

describe("blindnessOf", () => {
  it("is null for an online camera with a picture of now", () => {
    expect(blindnessOf(cameraOf(), NOON + 10_000)).toBeNull();
  });

  it("does not believe online without a picture of now", () => {
    expect(blindnessOf(cameraOf(), NOON + 61_000)).toEqual({ reason: "old", since: NOON });
    expect(blindnessOf(cameraOf({ picture: null, picture_at: null }), NOON)).toEqual({ reason: "none", since: null });
  });

  it("is blind in every other state, since that began", () => {
    for (const state of ["starting", "stalled", "offline", "stopped", "unknown"] as const) {
      const camera = cameraOf({ state, state_at: iso(NOON - 5_000) });
      expect(blindnessOf(camera, NOON)).toEqual({ reason: state, since: NOON - 5_000 });
    }
  });

  it("is blind where an incident says that the picture is none of its street", () => {
    const camera = cameraOf({ blind: "camera_covered", blind_since: iso(NOON - 9_000) });
    expect(blindnessOf(camera, NOON)).toEqual({ reason: "camera_covered", since: NOON - 9_000 });
  });

  it("falls back on the last picture's time", () => {
    expect(blindnessOf(cameraOf({ state: "offline", state_at: null }), NOON)?.since).toBe(NOON);
  });
});
