import type { Point } from "./explanation";

const HALF = 0.05; // of the picture's height, from the line to either end
const BARB = 0.025;

/** An arrow over the middle of a line's longest edge, to the right as seen along its points: an SVG path over a picture. */
export function arrowOf(line: readonly Point[], ratio: number): string {
  const corners = line.map(([x, y]): Point => [x * ratio, y]);
  const edges = corners.slice(1).map((end, index) => [corners[index]!, end] as const);
  const [longest] = edges.toSorted((one, other) => lengthOf(other) - lengthOf(one));
  if (longest === undefined || lengthOf(longest) === 0) return "";
  const [[ax, ay], [bx, by]] = longest;
  const [dx, dy] = [(bx - ax) / lengthOf(longest), (by - ay) / lengthOf(longest)];
  const at = (right: number, along: number): string =>
    [((ax + bx) / 2 - dy * right + dx * along) / ratio, (ay + by) / 2 + dx * right + dy * along].map((part) => part.toFixed(4)).join(",");
  return `M${at(-HALF, 0)} L${at(HALF, 0)} M${at(HALF - BARB, -BARB)} L${at(HALF, 0)} L${at(HALF - BARB, BARB)}`;
}

const lengthOf = ([[ax, ay], [bx, by]]: readonly [Point, Point]): number => Math.hypot(bx - ax, by - ay);
