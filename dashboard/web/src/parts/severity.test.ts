import { describe, expect, it } from "vitest";
import { iso, NOON, ticketOf } from "../testing/samples";
import { worstLate } from "./severity";

describe("worstLate", () => {
  const threeHoursOn = NOON + 3 * 3_600_000;

  it("is the worst among those that are late, whatever else is open", () => {
    const minor = ticketOf({ severity: "minor" });
    const major = ticketOf({ severity: "major" });
    const inTime = ticketOf({ severity: "critical", state: "accepted", accepted_at: iso(NOON) });
    expect(worstLate([inTime, minor, major], threeHoursOn)).toBe("major");
    expect(worstLate([inTime, minor, major], NOON)).toBeNull();
  });
});
