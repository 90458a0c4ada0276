import { describe, expect, it } from "vitest";
import { percentOf } from "./percent";

describe("percentOf", () => {
  it.each([
    [null, null],
    [0.974, "97 %"],
    [0.999, "99 %"],
    [1, "100 %"],
    [0.001, "1 %"],
    [0, "0 %"],
  ])("%s is %s", (share, shown) => expect(percentOf(share)).toBe(shown));
});
