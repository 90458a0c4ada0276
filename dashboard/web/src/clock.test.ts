import { describe, expect, it } from "vitest";
import { hoursMinutes, partsOf, slaOf, spanOf } from "./clock";
import { iso, NOON, ticketOf } from "./testing/samples";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("slaOf", () => {
  it("runs the accept clock until somebody accepted", () => {
    const half = { clock: "accept", share: 0.5, leftMs: HOUR };
    expect(slaOf(ticketOf({ state: "candidate" }), NOON + HOUR)).toEqual(half);
    expect(slaOf(ticketOf({ state: "dispatched" }), NOON + HOUR)).toEqual(half);
  });

  it("then handle, then close, then none", () => {
    const handled = { accepted_at: iso(NOON), handled_at: iso(NOON) };
    expect(slaOf(ticketOf({ state: "accepted", accepted_at: iso(NOON) }), NOON + 6 * HOUR)).toMatchObject({ clock: "handle", share: 0.75 });
    expect(slaOf(ticketOf({ state: "handled", ...handled }), NOON)).toMatchObject({ clock: "close", share: 1 });
    expect(slaOf(ticketOf({ state: "closed", ...handled, ended_at: iso(NOON) }), NOON)).toBeNull();
    expect(slaOf(ticketOf({ state: "rejected", ended_at: iso(NOON) }), NOON)).toBeNull();
  });

  it("runs the handle clock of what was reopened: its first acceptance stands", () => {
    const reopened = ticketOf({ state: "dispatched", accepted_at: iso(NOON) });
    expect(slaOf(reopened, NOON + 4 * HOUR)).toMatchObject({ clock: "handle", leftMs: 20 * HOUR });
  });

  it("has run out below zero", () => {
    expect(slaOf(ticketOf(), NOON + 3 * HOUR)).toEqual({ clock: "accept", share: 0, leftMs: -HOUR });
  });

  it("stays full when our clock is a little behind", () => {
    expect(slaOf(ticketOf(), NOON - 5_000)?.share).toBe(1);
  });

  it("survives a clock without any time", () => {
    const due = { accept: iso(NOON), handle: iso(NOON), close: iso(NOON) };
    expect(slaOf(ticketOf({ due }), NOON)?.share).toBe(0);
  });
});

describe("spanOf", () => {
  it.each([
    [-3_000, "second", 0],
    [41_900, "second", 41],
    [MINUTE, "minute", 1],
    [59 * MINUTE, "minute", 59],
    [47 * HOUR, "hour", 47],
    [48 * HOUR, "day", 2],
  ])("says %d ms in %s", (ms, unit, count) => {
    expect(spanOf(ms)).toEqual({ unit, count });
  });
});

describe("hoursMinutes", () => {
  it.each([
    [59 * MINUTE + 59_000, null],
    [HOUR, "1:00"],
    [-(26 * HOUR + 5 * MINUTE), "26:05"],
    [48 * HOUR, null],
  ])("writes %d ms as %s", (ms, text) => {
    expect(hoursMinutes(ms)).toBe(text);
  });
});

describe("partsOf", () => {
  const words = (seconds: number) => partsOf(seconds).map(({ count, unit }) => `${count} ${unit}`);

  it("keeps the parts that say something", () => {
    expect(words(0.2)).toEqual(["0 second"]);
    expect(words(5)).toEqual(["5 second"]);
    expect(words(180)).toEqual(["3 minute"]);
    expect(words(372.4)).toEqual(["6 minute", "12 second"]);
    expect(words(3_725)).toEqual(["1 hour", "2 minute"]);
  });
});
