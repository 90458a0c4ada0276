import { describe, expect, it } from "vitest";
import { metresBetween, navigationLink, roundedDistance } from "./places";

describe("metresBetween", () => {
  it("knows that a degree of longitude is shorter up here", () => {
    expect(Math.round(metresBetween([104, 31], [104, 31.01]))).toBe(1113);
    expect(Math.round(metresBetween([104, 31], [104.01, 31]))).toBe(954);
    expect(metresBetween([104, 31], [104, 31])).toBe(0);
  });
});

describe("roundedDistance", () => {
  it.each([
    [3, "metres", "10"],
    [347, "metres", "350"],
    [944, "metres", "940"],
    [990, "kilometres", "1.0"],
    [1_240, "kilometres", "1.2"],
    [23_400, "kilometres", "23"],
  ] as const)("says of %s m: %s %s", (metres, unit, n) => {
    expect(roundedDistance(metres)).toEqual({ unit, n });
  });
});

describe("navigationLink", () => {
  it("is one that the phone opens by itself, latitude first", () => {
    expect(navigationLink([104.39, 31.12], "金沙苑 (北)", "Mozilla/5.0 (Linux; Android 14)")).toBe(
      "geo:31.120000,104.390000?q=31.120000,104.390000(%E9%87%91%E6%B2%99%E8%8B%91%20(%E5%8C%97))",
    );
    expect(navigationLink([104.39, 31.12], "x", "Mozilla/5.0 (iPhone; …)")).toBe("maps://?daddr=31.120000,104.390000");
  });
});
