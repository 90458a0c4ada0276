import { describe, expect, it } from "vitest";
import type { Ticket, TimelineEntry } from "../api/client";
import { asTold, begin, isOf, takeBack, type Run } from "./runs";
import { commandOf, confirm, hasOther, merge, REASONS, reject, whistle, type Verdict } from "./verdicts";

const CALLED = { departments: ["环卫所", "交警中队"], until: "2026-11-20T14:00:00Z", note: "请到场" };

const key = (name: string, more: Partial<KeyboardEvent> = {}) =>
  commandOf({ key: name, ctrlKey: false, metaKey: false, altKey: false, repeat: false, target: null, ...more });

describe("commandOf", () => {
  it("knows the keys of the verdict bar, whether or not caps lock is on", () => {
    expect(key("Enter")).toBe("confirm");
    expect(["m", "A", "w", "N", "z", "r", "v"].map((name) => key(name))).toEqual([
      "merge", "assign", "whistle", "next", "undo", "again", "full",
    ]);
  });

  it("has a reason on each of 1 to 8 and none beyond", () => {
    expect(REASONS.map((_, index) => key(`${index + 1}`))).toEqual(REASONS.map((reason) => ({ reject: reason })));
    expect([key("0"), key("9")]).toEqual([null, null]);
  });

  it("leaves the browser's own keys, and a key that is held down, alone", () => {
    expect(key("a", { ctrlKey: true })).toBeNull();
    expect(key("m", { metaKey: true })).toBeNull();
    expect(key("Enter", { repeat: true })).toBeNull();
    expect(key("Tab")).toBeNull();
  });
});

describe("verdicts", () => {
  const undoOf = ({ steps }: Verdict) => steps.map(({ undo }) => undo.map(({ action, said }) => [action, said]));

  it("each say how they are taken back", () => {
    expect(undoOf(confirm("x"))).toEqual([[["recall", { reason: "x" }]]]);
    expect(reject("test", "x")).toMatchObject({ steps: [{ action: "reject", said: { reason: "test" } }] });
    expect(undoOf(reject("test", "x"))).toEqual([[["reopen", { reason: "x" }]]]);
    expect(undoOf(merge("7", "x"))).toEqual([[["unmerge", { reason: "x" }]]]);
  });

  it("send a ticket out before departments are called to it", () => {
    expect(whistle(CALLED, "x").steps.map(({ action }) => action)).toEqual(["confirm", "whistle"]);
  });
});

describe("runs", () => {
  const TICKET = { id: "t" } as Ticket;
  const told = (id: unknown) => ({ detail: { id } }) as unknown as TimelineEntry;
  const run = begin(TICKET, whistle(CALLED, "x"));
  const ids = run.left.map(({ said }) => said.id);

  it("give each step an id of its own, which stays", () => {
    expect(new Set(ids).size).toBe(2);
    expect(asTold(run, []).left.map(({ said }) => said.id)).toEqual(ids);
  });

  it("get as far as the ticket's timeline tells, in order", () => {
    const half = asTold(run, [told(ids[0]), told("another's")]);
    expect([half.done.length, half.left.map(({ action }) => action)]).toEqual([1, ["whistle"]]);
    expect(asTold(half, [told(ids[0]), told(ids[1])]).left).toEqual([]);
  });

  it("take back what was done alone, the last first, each letter by itself", () => {
    const undone = (of: Run) => takeBack(of).left.map(({ action, said }) => [action, said.letter]);
    expect(undone(run)).toEqual([]);
    expect(undone(asTold(run, [told(ids[0])]))).toEqual([["recall", undefined]]);
    expect(undone(asTold(run, ids.map(told)))).toEqual([
      ["withdraw", "环卫所"],
      ["withdraw", "交警中队"],
      ["recall", undefined],
    ]);
  });

  it("are of the same verdict when it says the same", () => {
    expect(isOf(run, whistle(CALLED, "x"))).toBe(true);
    expect(isOf(run, confirm("x"))).toBe(false);
    expect(isOf(takeBack(run), whistle(CALLED, "x"))).toBe(false);
  });
});

describe("hasOther", () => {
  it("counts neither one's own nor what others have", () => {
    const mine = { id: "1", held_by: "li" };
    expect(hasOther([mine], mine)).toBe(false);
    expect(hasOther([mine, { id: "2", held_by: "zhao" }], mine)).toBe(false);
    expect(hasOther([mine, { id: "2", held_by: null }], mine)).toBe(true);
  });
});
