import { describe, expect, it } from "vitest";
import { commandOf, confirm, hasOther, merge, REASONS, reject, whistle } from "./verdicts";

const key = (name: string, more: Partial<KeyboardEvent> = {}) =>
  commandOf({ key: name, ctrlKey: false, metaKey: false, altKey: false, repeat: false, target: null, ...more });

describe("commandOf", () => {
  it("knows the keys of the verdict bar, whether or not caps lock is on", () => {
    expect(key("Enter")).toBe("confirm");
    expect([key("m"), key("A"), key("w"), key("N"), key("z")]).toEqual(["merge", "assign", "whistle", "next", "undo"]);
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
  it("each say how they are taken back", () => {
    expect(confirm("x").undo).toEqual([{ action: "recall", said: { reason: "x" } }]);
    expect(reject("test", "x")).toMatchObject({ steps: [{ action: "reject", said: { reason: "test" } }] });
    expect(reject("test", "x").undo).toEqual([{ action: "reopen", said: { reason: "x" } }]);
    expect(merge("7", "x").undo).toEqual([{ action: "unmerge", said: { reason: "x" } }]);
  });

  it("send a ticket out before departments are called to it, and take each letter back", () => {
    const called = { departments: ["环卫所", "交警中队"], until: "2026-11-20T14:00:00Z", note: "请到场" };
    const verdict = whistle(called, "x");
    expect(verdict.steps.map(({ action }) => action)).toEqual(["confirm", "whistle"]);
    expect(verdict.undo.map(({ action, said }) => [action, said.letter])).toEqual([
      ["withdraw", "环卫所"],
      ["withdraw", "交警中队"],
      ["recall", undefined],
    ]);
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
