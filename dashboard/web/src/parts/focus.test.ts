import { describe, expect, it } from "vitest";
import { evidenceOf, iso, NOON, ticketOf } from "../testing/samples";
import { focusOf, isFresh, pictureOf } from "./focus";

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

  it("shows the most urgent that has a picture", () => {
    const [bare, urgent, other] = [opened(HOUR, false), opened(HOUR, true), opened(HOUR / 2, true)];
    expect(focusOf([bare, urgent, other], NOON)).toBe(urgent);
  });

  it("gives the newest its first moments", () => {
    const [urgent, fresh, newest] = [opened(HOUR, true), opened(20_000, true), opened(3_000, true)];
    expect(focusOf([urgent, fresh, newest], NOON)).toBe(newest);
    expect(focusOf([urgent, fresh, newest], NOON + HOUR)).toBe(urgent);
  });

  it("lets a sensor's ticket have its first moments, which has no picture", () => {
    const sensed = { ...opened(3_000, false), explanation: { rule: { kind: "sos" } } };
    const [urgent, reported] = [opened(HOUR, true), opened(2_000, false)];
    expect(focusOf([urgent, reported, sensed], NOON)).toBe(sensed);
    expect(focusOf([urgent, reported, sensed], NOON + HOUR)).toBe(urgent);
  });

  it("makes do without a picture, and without a ticket", () => {
    const bare = opened(HOUR, false);
    expect(focusOf([bare], NOON)).toBe(bare);
    expect(focusOf([], NOON)).toBeNull();
  });
});
