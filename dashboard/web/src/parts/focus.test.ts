import { describe, expect, it } from "vitest";
import { evidenceOf, iso, NOON, ticketOf } from "../testing/samples";
import { focusOf, isAlarm, isFresh, pictureOf } from "./focus";

const HOUR = 3_600_000;

describe("pictureOf", () => {
  it("prefers the best, then the first, then a photo", () => {
    const [first, best, photo] = [evidenceOf("first"), evidenceOf("best"), evidenceOf("photo")];
    expect(pictureOf(ticketOf({ evidence: [first, best, photo] }))).toBe(best);
    expect(pictureOf(ticketOf({ evidence: [photo, first] }))).toBe(first);
    expect(pictureOf(ticketOf({ evidence: [photo] }))).toBe(photo);
    expect(pictureOf(ticketOf())).toBeNull();
  });

  it("takes the latest of several", () => {
    const later = evidenceOf("best", { id: "later" });
    expect(pictureOf(ticketOf({ evidence: [evidenceOf("best"), later] }))).toBe(later);
  });
});

describe("isFresh", () => {
  it("is over soon", () => {
    expect(isFresh(ticketOf(), NOON + 5_000)).toBe(true);
    expect(isFresh(ticketOf(), NOON + 60_000)).toBe(false);
  });

  it("is not what an edge replayed from its journal", () => {
    const old = { began_at: iso(NOON - HOUR), evidence: [evidenceOf("first", { at: iso(NOON - HOUR) })] };
    expect(isFresh(ticketOf(old), NOON + 5_000)).toBe(false);
  });

  it("is a long stay that is still seen", () => {
    const long = { began_at: iso(NOON - HOUR), evidence: [evidenceOf("best", { at: iso(NOON - 1_000) })] };
    expect(isFresh(ticketOf(long), NOON + 5_000)).toBe(true);
  });
});

describe("focusOf", () => {
  const opened = (ago: number, pictured: boolean) => {
    const at = iso(NOON - ago);
    return ticketOf({ opened_at: at, began_at: at, evidence: pictured ? [evidenceOf("best", { at })] : [] });
  };

  it("gives the newest its first moments, and then none", () => {
    const [old, fresh, newest] = [opened(HOUR, true), opened(20_000, true), opened(3_000, true)];
    expect(focusOf([old, fresh, newest], NOON)).toBe(newest);
    expect(focusOf([old, fresh, newest], NOON + HOUR)).toBeNull();
    expect(focusOf([], NOON)).toBeNull();
  });

  it("lets a sensor's ticket have its first moments, which has no picture", () => {
    const sensed = { ...opened(3_000, false), explanation: { rule: { kind: "sos" } } };
    const reported = opened(2_000, false);
    expect(focusOf([reported, sensed], NOON)).toBe(sensed);
  });

  it("stays with what is critical until somebody has seen it, whatever else comes", () => {
    const alarm = { ...opened(HOUR, false), severity: "critical" as const };
    const seen = { ...alarm, acknowledged_by: "zhou" };
    const fresh = opened(3_000, true);
    expect(focusOf([alarm, fresh], NOON)).toBe(alarm);
    expect(focusOf([seen, fresh], NOON)).toBe(fresh);
  });

  it("shows the newest of several alarms", () => {
    const [older, newer] = [opened(HOUR, true), opened(HOUR / 2, true)].map((one) => ({ ...one, severity: "critical" as const }));
    expect(focusOf([older!, newer!], NOON)).toBe(newer);
  });
});

describe("isAlarm", () => {
  it("is over when the ticket is", () => {
    const alarm = ticketOf({ severity: "critical" });
    expect([isAlarm(alarm), isAlarm(ticketOf())]).toEqual([true, false]);
    expect(isAlarm({ ...alarm, state: "rejected", ended_at: iso(NOON) })).toBe(false);
  });
});
