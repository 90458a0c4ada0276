import { describe, expect, it } from "vitest";
import { begin, commit, redo, undo } from "./history";

const three = commit(commit(begin("a"), "b"), "c");

describe("history", () => {
  it("goes back and forth, and stops at its ends", () => {
    const back = undo(undo(undo(three)));
    expect(back.present).toBe("a");
    expect(redo(redo(redo(back))).present).toBe("c");
  });

  it("forgets what was undone once something else is done", () => {
    const other = commit(undo(three), "d");
    expect(redo(other)).toBe(other);
    expect(undo(other).present).toBe("b");
  });

  it("takes changes of one tag in a row for one", () => {
    const held = commit(commit(commit(begin(0), 1, "corner 2"), 2, "corner 2"), 3, "corner 2");
    expect(undo(held).present).toBe(0);
    expect(undo(commit(held, 4, "corner 3")).present).toBe(3);
    expect(undo(commit(undo(commit(held, 4)), 5, "corner 2")).present).toBe(3);
  });
});
