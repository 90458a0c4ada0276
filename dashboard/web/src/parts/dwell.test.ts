import { describe, expect, it } from "vitest";
import { iso, NOON } from "../testing/samples";
import { dwellOf } from "./dwell";

const spell = (from: number, to: number, state = "seen") => ({ from: iso(NOON + from * 1_000), to: iso(NOON + to * 1_000), state });
const explained = (dwell: unknown[], limit = 60) => ({
  explanation: { dwell, threshold: { dwell_s: limit }, observed: { dwell_s: 100 } },
});

describe("dwellOf", () => {
  it("lays the spells and the limit over the time from the first to the last", () => {
    expect(dwellOf(explained([spell(0, 40), spell(40, 50, "hidden"), spell(50, 100)]))).toEqual({
      begin: NOON,
      end: NOON + 100_000,
      spells: [
        { from: 0, to: 0.4, state: "seen" },
        { from: 0.4, to: 0.5, state: "hidden" },
        { from: 0.5, to: 1, state: "seen" },
      ],
      limit: 0.6,
      limitSeconds: 60,
    });
  });

  it("has no mark for a limit that lies beyond", () => {
    expect(dwellOf(explained([spell(0, 40)]))).toMatchObject({ limit: null, limitSeconds: 60 });
  });

  it("has the grace in the limit", () => {
    const graced = { explanation: { dwell: [spell(0, 100)], threshold: { dwell_s: 20, grace_s: 30 }, observed: { dwell_s: 100 } } };
    expect(dwellOf(graced)).toMatchObject({ limit: 0.5, limitSeconds: 50 });
  });

  it("makes nothing of what it does not understand", () => {
    expect(dwellOf({ explanation: null })).toBeNull();
    expect(dwellOf(explained([]))).toBeNull();
    expect(dwellOf(explained([null, "x", spell(9, 3), spell(0, 9, "guessed"), { from: 1 }]))).toBeNull();
  });
});
