import { describe, expect, it } from "vitest";
import { linkOf, withPart, type Reception } from "./link";

const NOW = 1_000_000;
const answered = (ago: number): Reception => ({ startedAt: 0, answeredAt: NOW - ago, failure: null, missing: {} });

describe("linkOf", () => {
  it("is live while answers and street data are fresh", () => {
    expect(linkOf(answered(9_000), NOW - 20_000, NOW)).toEqual({ state: "live", dataAt: NOW - 20_000 });
  });

  it("is connecting before the first answer, but not for long", () => {
    const waiting: Reception = { startedAt: NOW - 2_000, answeredAt: null, failure: null, missing: {} };
    expect(linkOf(waiting, null, NOW)).toMatchObject({ state: "down", cause: "connecting" });
    expect(linkOf(waiting, null, NOW + 20_000)).toMatchObject({ state: "down", cause: "unreachable" });
  });

  it("is down as soon as a read fails, since the last good answer", () => {
    const failed: Reception = { ...answered(5_000), failure: { status: null } };
    expect(linkOf(failed, NOW, NOW)).toEqual({ state: "down", since: NOW - 5_000, cause: "unreachable" });
  });

  it("tells a server's error from silence", () => {
    const failed: Reception = { ...answered(5_000), failure: { status: 503 } };
    expect(linkOf(failed, NOW, NOW)).toMatchObject({ state: "down", cause: "error", status: 503 });
  });

  it("is down when no read ends for too long, even without a failure", () => {
    expect(linkOf(answered(15_001), NOW, NOW)).toMatchObject({ state: "down", since: NOW - 15_001 });
  });

  it("is stale when the server answers but the street is silent", () => {
    expect(linkOf(answered(1_000), NOW - 30_001, NOW)).toEqual({ state: "stale", since: NOW - 30_001 });
    expect(linkOf(answered(1_000), null, NOW)).toEqual({ state: "stale", since: null });
  });

  it("is partial when the wall answers but another part is missing, the longest missed first", () => {
    const reception: Reception = { ...answered(1_000), missing: { points: NOW - 6_000, stream: NOW - 9_000, areas: NOW - 2_000 } };
    expect(linkOf(reception, NOW, NOW)).toEqual({ state: "partial", since: NOW - 9_000, missing: ["stream", "points"] });
  });

  it("does not miss what is away for a moment", () => {
    expect(linkOf({ ...answered(1_000), missing: { stream: NOW - 5_000 } }, NOW, NOW)).toMatchObject({ state: "live" });
  });
});

describe("withPart", () => {
  it("keeps since when a part is missing, until it is there", () => {
    const missing = withPart(withPart({ areas: 3 }, "points", false, 5), "points", false, 7);
    expect(missing).toEqual({ areas: 3, points: 5 });
    expect(withPart(missing, "points", true, 9)).toEqual({ areas: 3 });
  });
});
