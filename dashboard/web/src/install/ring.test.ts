import { describe, expect, it } from "vitest";
import { extended, isSound, isSoundLine, middles, moved, split, square, stroke, within, without, type Point } from "./ring";

const SQUARE: Point[] = [[0, 0], [1, 0], [1, 1], [0, 1]];

describe("isSound", () => {
  it.each<[string, Point[], boolean]>([
    ["a square", SQUARE, true],
    ["a triangle", [[0, 0], [1, 0], [0.5, 1]], true],
    ["a notch", [[0, 0], [1, 0], [1, 1], [0.5, 0.2], [0, 1]], true],
    ["a corner twice", [[0, 0], [1, 0], [1, 0], [1, 1], [0, 1]], true],
    ["its first corner at its end", [...SQUARE, [0, 0]], true],
    ["a corner on a straight line", [[0, 0], [0.5, 0], [1, 0], [1, 1]], true],
    ["a bow tie", [[0, 0], [1, 1], [1, 0], [0, 1]], false],
    ["a line", [[0, 0], [0.5, 0.5], [1, 1]], false],
    ["a spike", [[0, 0], [1, 0], [1, 1], [1, 0.2], [0, 1]], false],
    ["a corner on another edge", [[0, 0], [1, 0], [1, 1], [0.5, 0], [0, 1]], false],
    ["a corner met twice", [[0, 0], [0.5, 0.5], [1, 0], [1, 1], [0.5, 0.5], [0, 1]], false],
    ["two corners", [[0, 0], [1, 1]], false],
    ["nothing", [], false],
  ])("%s: %j is %s", (_name, ring, sound) => {
    expect(isSound(ring)).toBe(sound);
    expect(isSound(ring.toReversed())).toBe(sound);
    expect(isSound([...ring.slice(1), ...ring.slice(0, 1)])).toBe(sound);
  });
});

describe("a ring", () => {
  it("keeps its corners in the picture", () => {
    expect(moved(SQUARE, 1, [1.7, -2])[1]).toEqual([1, 0]);
    expect(within([0.123456, 0.5])).toEqual([0.1235, 0.5]);
  });

  it("gains a corner half way to the next", () => {
    expect(split(SQUARE, 3)).toEqual([...SQUARE, [0, 0.5]]);
  });

  it("loses no corner that it needs", () => {
    const three = without(SQUARE, 0, "polygon");
    expect(three).toEqual(SQUARE.slice(1));
    expect(without(three, 0, "polygon")).toEqual(three);
  });

  it("begins sound, each a little beside the last", () => {
    expect([0, 1, 5].every((nth) => isSound(square(nth)))).toBe(true);
    expect(square(0)).not.toEqual(square(1));
  });
});

describe("isSoundLine", () => {
  it.each<[string, Point[], boolean]>([
    ["an edge", [[0, 0], [1, 1]], true],
    ["a bend", [[0, 0], [1, 0], [1, 1]], true],
    ["a point on its way", [[0, 0], [0.5, 0], [1, 0]], true],
    ["a ring", [[0, 0], [1, 0], [1, 1], [0, 0]], true],
    ["a point twice", [[0, 0], [0, 0], [1, 1]], false],
    ["an edge there and back", [[0, 0], [1, 0], [0, 0]], false],
    ["a fold", [[0, 0], [1, 0], [0.5, 0]], false],
    ["a loop", [[0, 0], [1, 1], [1, 0], [0, 1]], false],
    ["an end on its own way", [[0, 0], [1, 0], [1, 1], [0.5, 0]], false],
    ["a ring that folds where it closes", [[0, 0], [1, 0], [1, 1], [0.5, 0], [0, 0]], false],
    ["a point", [[0, 0]], false],
    ["nothing", [], false],
  ])("%s: %j is %s", (_name, line, sound) => {
    expect(isSoundLine(line)).toBe(sound);
    expect(isSoundLine(line.toReversed())).toBe(sound);
  });
});

describe("a line", () => {
  it("has an edge less than points, and begins sound", () => {
    const three: Point[] = [[0, 0], [1, 0], [1, 1]];
    expect([middles(three, "line"), middles(three, "polygon").length]).toEqual([[[0.5, 0], [1, 0.5]], 3]);
    expect([0, 1, 5].every((nth) => isSoundLine(stroke(nth)))).toBe(true);
  });

  it("loses no point that it needs", () => {
    expect(without([[0, 0], [1, 0], [1, 1]], 1, "line")).toEqual([[0, 0], [1, 1]]);
    expect(without([[0, 0], [1, 1]], 1, "line")).toEqual([[0, 0], [1, 1]]);
  });

  it("takes a double press for one", () => {
    expect(extended([[0, 0]], [0.5, 0.5])).toEqual([[0, 0], [0.5, 0.5]]);
    expect(extended([[0, 0], [0.5, 0.5]], [0.501, 0.499])).toEqual([[0, 0], [0.5, 0.5]]);
    expect(extended([], [2, 0.5])).toEqual([[1, 0.5]]);
  });
});
