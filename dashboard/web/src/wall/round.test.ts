import { describe, expect, it } from "vitest";
import { turnOf } from "./round";

describe("turnOf", () => {
  const items = ["a", "b", "c", "d", "e"];

  it("shows all when all fit", () => {
    expect(turnOf(items, 5, 1_000, 123_456)).toEqual({ shown: items, group: 1, groups: 1 });
    expect(turnOf([], 5, 1_000, 123_456)).toEqual({ shown: [], group: 1, groups: 1 });
  });

  it("goes round with the clock", () => {
    const groups = [0, 1_000, 2_000, 3_000].map((now) => turnOf(items, 2, 1_000, now).shown.join(""));
    expect(groups).toEqual(["ab", "cd", "e", "ab"]);
  });
});
