import { describe, expect, it } from "vitest";
import { arrowOf } from "./arrow";

describe("an arrow over a line", () => {
  it("points to the right as seen along it, over the middle of its longest edge", () => {
    expect(arrowOf([[0.5, 1], [0.5, 0.2]], 2)).toBe("M0.4750,0.6000 L0.5250,0.6000 M0.5125,0.6250 L0.5250,0.6000 L0.5125,0.5750");
    expect(arrowOf([[0, 0.4], [0.1, 0.5], [0.9, 0.5]], 2)).toMatch(/^M0.5000,0.4500 L0.5000,0.5500 /);
  });

  it("points the other way where the line is turned round", () => {
    const [there, back] = [[[0.1, 0.2], [0.8, 0.9]], [[0.8, 0.9], [0.1, 0.2]]] as [number, number][][];
    const endsOf = (path: string): string[] => path.slice(1).split(" L").slice(0, 2).map((end) => end.split(" ")[0]!);
    expect(endsOf(arrowOf(back!, 16 / 9))).toEqual(endsOf(arrowOf(there!, 16 / 9)).toReversed());
  });

  it("is none over no line", () => {
    expect([arrowOf([], 1), arrowOf([[0, 0]], 1), arrowOf([[0, 0], [0, 0]], 1)]).toEqual(["", "", ""]);
  });
});
