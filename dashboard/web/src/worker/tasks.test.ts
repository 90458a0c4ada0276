import { describe, expect, it } from "vitest";
import type { Letter, Task } from "../api/client";
import type { Act } from "../outbox/entries";
import { iso, NOON, ticketOf } from "../testing/samples";
import { clockOf, featuredOf, nameOf, stepOf, withActs } from "./tasks";

const HOUR = 3_600_000;

const letter = { department: "环卫所", state: "issued", issued_at: iso(NOON), deadline: iso(NOON + 4 * HOUR) } as Letter;

function task(id: string, dueIn: number, changes: Partial<Task> = {}): Task {
  return { hold: "mine", due: iso(NOON + dueIn * HOUR), ticket: ticketOf({ id, state: "dispatched" }), letter: null, ...changes };
}

const act = (ticket: string, action: Act["action"]): Act => ({ deed: "act", ticket, number: "", title: "", action, said: {} });

describe("stepOf", () => {
  it("leads from acceptance to the report, and through a letter", () => {
    expect(stepOf(task("a", 1))).toBe("accept");
    expect(stepOf(task("a", 1, { ticket: ticketOf({ state: "accepted" }) }))).toBe("handle");
    expect(stepOf(task("a", 1, { hold: "letter", letter }))).toBe("check_in");
    expect(stepOf(task("a", 1, { hold: "letter", letter: { ...letter, state: "checked_in" } }))).toBe("report_back");
  });
});

describe("withActs", () => {
  const list = [task("a", 1), task("b", 2, { hold: "free" }), task("c", 3)];

  it("shows the next step of what was accepted here, at its new place in the list", () => {
    const after = withActs(list, [act("b", "accept"), act("a", "accept")]);
    expect(after.map(({ ticket }) => ticket.id)).toEqual(["c", "a", "b"]); // those are to be handled within a day
    expect(after.map(stepOf)).toEqual(["accept", "handle", "handle"]);
    expect(after.map(({ hold }) => hold)).toEqual(["mine", "mine", "mine"]);
  });

  it("leaves out what was handled or given back, and keeps what was only spoken of", () => {
    const after = withActs(list, [act("a", "return"), act("b", "accept"), act("b", "handle"), act("c", "comment")]);
    expect(after.map(({ ticket }) => ticket.id)).toEqual(["c"]);
  });

  it("goes on with what was paused", () => {
    const { ticket } = task("a", 1);
    const paused = { ...task("a", 1), ticket: { ...ticket, paused_until: iso(NOON + HOUR) } };
    expect(withActs([paused], [act("a", "resume")])[0]!.ticket.paused_until).toBeNull();
  });

  it("answers a letter apart from the ticket that a department has as well", () => {
    const both = [task("a", 1, { hold: "letter", letter }), task("a", 2)];
    const checkedIn = withActs(both, [act("a", "check_in")]);
    expect(checkedIn.map(stepOf)).toEqual(["report_back", "accept"]);
    expect(withActs(both, [act("a", "check_in"), act("a", "report_back")]).map(({ hold }) => hold)).toEqual(["mine"]);
    expect(withActs(both, [act("a", "accept")]).map(stepOf)).toEqual(["check_in", "handle"]);
  });
});

describe("featuredOf", () => {
  it("is the one that was picked while it is there, else the next due", () => {
    const [first, second] = [task("a", 1), task("b", 2)];
    expect(featuredOf([first, second], nameOf(second))).toBe(second);
    expect(featuredOf([first], nameOf(second))).toBe(first);
    expect(featuredOf([], null)).toBeNull();
  });
});

describe("clockOf", () => {
  it("is a letter's own from when it was written", () => {
    expect(clockOf(task("a", 4, { hold: "letter", letter }), NOON + HOUR)).toEqual({ clock: "accept", share: 0.75, leftMs: 3 * HOUR });
  });

  it("is that of handling once it was accepted, however often it was reopened", () => {
    const ticket = ticketOf({ state: "dispatched", accepted_at: iso(NOON) });
    expect(clockOf(task("a", 24, { ticket }), NOON + 4 * HOUR)).toMatchObject({ clock: "handle", leftMs: 20 * HOUR });
    expect(clockOf(task("a", 24, { ticket: ticketOf({ state: "accepted" }) }), NOON).clock).toBe("handle");
  });

  it("has run out where nobody came in time", () => {
    expect(clockOf(task("a", 2), NOON + 3 * HOUR)).toEqual({ clock: "accept", share: 0, leftMs: -HOUR });
  });
});
