import { describe, expect, it } from "vitest";
import type { TimelineEntry } from "../api/client";
import { fateOf, nextOf, refusedOf, stands, waitingOf, withFailing, type Act, type Entry } from "./entries";
import { newId } from "./ids";

const act = (changes: Partial<Act> = {}): Act => ({
  deed: "act", ticket: "t1", number: "n", title: "", action: "accept", said: {}, ...changes,
});
const entry = (id: string, order: number, changes: Partial<Entry> = {}): Entry => ({
  id, order, by: "wang", at: 0, what: act(), refusal: null, ...changes,
});
const report = { deed: "report", report: { kind: "rubbish", title: "x", position: [0, 0] } } as unknown as Entry["what"];
const REFUSED = { status: 403, state: null, holder: null };

const told = (action: string, actor: string, from: string | null, to: string, detail = {}): TimelineEntry =>
  ({ at: "", actor, action, from_state: from, to_state: to, reason: null, note: "", detail }) as TimelineEntry;

describe("fateOf", () => {
  const fate = (status: number | null, what: Entry["what"] = act()) => fateOf({ what }, { ok: false, status });

  it("is done with what the server took", () => {
    expect(fateOf({ what: act() }, { ok: true, value: null })).toBe("done");
  });

  it.each([null, 408, 429, 502, 503, 504])("waits where the line or the server is bad: %s", (status) => {
    expect(fate(status)).toBe("later");
  });

  it("tells a server that fails on one thing from a server that is away", () => {
    expect(fate(500)).toBe("failing");
  });

  it("asks to sign in, and throws nothing away", () => {
    expect(fate(401)).toBe("signIn");
  });

  it("looks again before it believes that an order came too late", () => {
    expect(fate(409)).toBe("check");
    expect(fate(409, report)).toBe("refused");
  });

  it.each([403, 404, 413, 422])("gives up what will never be taken: %s", (status) => {
    expect(fate(status)).toBe("refused");
  });
});

describe("nextOf", () => {
  it("goes by order, leaves what is another's or refused", () => {
    const entries = [entry("c", 3), entry("a", 1, { refusal: REFUSED }), entry("b", 2), entry("z", 0, { by: "li" })];
    expect(nextOf(entries, "wang", new Set())?.id).toBe("b");
    expect(waitingOf(entries, "wang").map(({ id }) => id)).toEqual(["b", "c"]);
    expect(refusedOf(entries, "wang").map(({ id }) => id)).toEqual(["a"]);
    expect(nextOf(entries, "nobody", new Set())).toBeNull();
  });

  it("lets nothing of the same ticket overtake what fails, but all else", () => {
    const entries = [entry("a", 1), entry("b", 2), entry("c", 3, { what: act({ ticket: "t2" }) }), entry("d", 4, { what: report })];
    const failing = withFailing(new Set(), entries[0]!);
    expect(nextOf(entries, "wang", failing)?.id).toBe("c");
    expect(nextOf(entries.slice(3), "wang", failing)?.id).toBe("d");
    expect(nextOf(entries.slice(0, 2), "wang", failing)).toBeNull();
  });
});

describe("stands", () => {
  it("knows its own by its id, whatever came after", () => {
    const timeline = [told("accept", "wang", "dispatched", "accepted", { id: "a" }), told("recall", "li", "accepted", "candidate")];
    expect(stands("wang", act(), "a", timeline)).toBe(true);
    expect(stands("wang", act(), "b", timeline)).toBe(false);
  });

  it("takes the same move by the same hand, from another phone, for its own", () => {
    const accepted = told("accept", "wang", "dispatched", "accepted");
    expect(stands("wang", act(), "a", [accepted, told("comment", "li", "accepted", "accepted")])).toBe(true);
    expect(stands("zhao", act(), "a", [accepted])).toBe(false);
    expect(stands("wang", act({ action: "handle" }), "a", [accepted])).toBe(false);
    expect(stands("wang", act(), "a", [])).toBe(false);
  });

  it("asks of a letter what was last done with that letter", () => {
    const answer = act({ action: "report_back", said: { letter: "环卫所" } });
    const back = told("report_back", "crew", "accepted", "accepted", { letter: "环卫所" });
    expect(stands("crew", answer, "a", [back, told("handle", "wang", "accepted", "handled")])).toBe(true);
    expect(stands("crew", answer, "a", [back, told("check_in", "police", "accepted", "accepted", { letter: "交警" })])).toBe(true);
    expect(stands("crew", answer, "a", [back, told("whistle", "li", "accepted", "accepted")])).toBe(false);
  });
});

describe("newId", () => {
  it("is a UUID of random bytes", () => {
    expect(newId(new Uint8Array(16).fill(255))).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
    expect(newId(new Uint8Array(16))).toBe("00000000-0000-4000-8000-000000000000");
    expect(newId()).not.toBe(newId());
  });
});
