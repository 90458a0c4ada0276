import { describe, expect, it } from "vitest";
import { dateOf, isSameDay, localOf, momentOf } from "./zone";

const [CHINA, LONDON] = ["Asia/Shanghai", "Europe/London"];
const FRIDAY_EVENING = Date.parse("2026-11-20T17:46:05Z");

describe("localOf", () => {
  it("tells the site's time, wherever the browser is", () => {
    expect(localOf(FRIDAY_EVENING, CHINA)).toBe("2026-11-21T01:46:05");
    expect([CHINA, LONDON].map((zone) => dateOf(FRIDAY_EVENING, zone))).toEqual(["2026-11-21", "2026-11-20"]);
  });
});

describe("isSameDay", () => {
  it("looks at the site's calendar, not at the distance", () => {
    const midnight = Date.parse("2026-11-20T16:00:00Z");
    expect([midnight, midnight - 1].map((at) => isSameDay(at, FRIDAY_EVENING, CHINA))).toEqual([true, false]);
    expect(isSameDay(midnight - 1, FRIDAY_EVENING, LONDON)).toBe(true);
  });
});

describe("momentOf", () => {
  it.each([
    ["2026-11-21T00:00", CHINA, "2026-11-20T16:00:00.000Z"],
    ["2026-07-01T00:00", LONDON, "2026-06-30T23:00:00.000Z"],
    ["2026-10-25T03:00", LONDON, "2026-10-25T03:00:00.000Z"],
    ["2026-03-29T00:30", LONDON, "2026-03-29T00:30:00.000Z"],
    ["2026-03-29T01:30", LONDON, "2026-03-29T01:30:00.000Z"],
    ["2026-03-29T02:00", LONDON, "2026-03-29T01:00:00.000Z"],
  ])("takes %s in %s for %s", (local, zone, moment) => {
    expect(new Date(momentOf(local, zone)).toISOString()).toBe(moment);
  });
});
