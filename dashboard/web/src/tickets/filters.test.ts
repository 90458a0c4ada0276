import { describe, expect, it } from "vitest";
import { beginOf, dayOf, endOf, exportUrl, filtersOf, unwritten } from "./filters";

describe("filtersOf", () => {
  it("takes what an address names and nothing else", () => {
    expect(filtersOf({ q: "金沙", state: "handled", lang: "en", kind: "", area: ["1", "2"] })).toEqual({
      q: "金沙",
      state: "handled",
    });
  });
});

describe("unwritten", () => {
  it("is what a form would lose", () => {
    expect(unwritten(filtersOf({ q: "a", hour: "0", missed: "any", area: "1" }))).toEqual({ hour: "0", missed: "any" });
  });
});

describe("days", () => {
  it("begin and end on the site's clocks, and come back as they went", () => {
    for (const day of ["2026-01-01", "2026-03-29", "2026-10-25", "2026-12-31"]) {
      expect(Date.parse(endOf(day)) - Date.parse(beginOf(day))).toBeGreaterThanOrEqual(23 * 3_600_000);
      expect(dayOf(beginOf(day))).toBe(day);
      expect(dayOf(endOf(day), true)).toBe(day);
    }
    expect(dayOf(null)).toBe("");
  });
});

describe("exportUrl", () => {
  it("asks for the same tickets", () => {
    expect(exportUrl("csv", { q: "a&b", state: "closed" }, "en")).toBe("/api/tickets.csv?q=a%26b&state=closed&language=en");
  });
});
