/** A corner as fractions of the picture's width and height. */
export type Point = [x: number, y: number];

/** A ring is closed; a line ends where its points do. */
export type Shape = "polygon" | "line";

export const FEWEST: Readonly<Record<Shape, number>> = { polygon: 3, line: 2 };
export const STEP = 0.005;
const DIGITS = 4;

const rounded = (value: number): number => Number(Math.min(1, Math.max(0, value)).toFixed(DIGITS));

/** The nearest point of the picture. */
export const within = ([x, y]: Point): Point => [rounded(x), rounded(y)];

export const middle = ([x1, y1]: Point, [x2, y2]: Point): Point => within([(x1 + x2) / 2, (y1 + y2) / 2]);

export const moved = (ring: readonly Point[], corner: number, to: Point): Point[] => ring.with(corner, within(to));

/** Where another corner can come in: half way along each edge, of which a line has one less than corners. */
export const middles = (points: readonly Point[], shape: Shape): Point[] =>
  points.slice(0, shape === "line" ? -1 : undefined).map((corner, index) => middle(corner, points[(index + 1) % points.length]!));

/** With another corner half way along an edge. */
export function split(points: readonly Point[], edge: number): Point[] {
  const [here, next] = [points[edge], points[(edge + 1) % points.length]];
  return here && next ? points.toSpliced(edge + 1, 0, middle(here, next)) : [...points];
}

/** Without a corner, as long as there are enough. */
export const without = (points: readonly Point[], corner: number, shape: Shape): Point[] =>
  points.length > FEWEST[shape] ? points.toSpliced(corner, 1) : [...points];

/** With one more at its end, unless it is where the last one is: a double press is one. */
export const extended = (points: readonly Point[], to: Point): Point[] =>
  points.at(-1)?.every((part, axis) => Math.abs(part - within(to)[axis]!) < STEP) ? [...points] : [...points, within(to)];

/** In the middle of the picture, to begin with; the next ones a little aside. */
export function square(nth: number): Point[] {
  const aside = 0.03 * (nth % 6);
  const [near, far] = [0.35 + aside, 0.65 + aside];
  return ([[near, near], [far, near], [far, far], [near, far]] as Point[]).map(within);
}

/** A line through the middle, to begin with. */
export function stroke(nth: number): Point[] {
  const [start, , end] = square(nth);
  return [[start![0], middle(start!, end!)[1]], [end![0], middle(start!, end!)[1]]];
}

const turn = ([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number =>
  Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));

const isBetween = ([ax, ay]: Point, [bx, by]: Point, [px, py]: Point): boolean =>
  Math.min(ax, bx) <= px && px <= Math.max(ax, bx) && Math.min(ay, by) <= py && py <= Math.max(ay, by);

function touch(a: Point, b: Point, c: Point, d: Point): boolean {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (abc * abd < 0 && cda * cdb < 0) return true;
  return (
    (abc === 0 && isBetween(a, b, c)) ||
    (abd === 0 && isBetween(a, b, d)) ||
    (cda === 0 && isBetween(c, d, a)) ||
    (cdb === 0 && isBetween(c, d, b))
  );
}

/** Two edges in a row that go back over each other. */
const folds = (a: Point, b: Point, c: Point): boolean =>
  turn(a, b, c) === 0 && (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0;

/** Whether a ring has an inside and no two of its edges meet but at their common corner: the server's check_ring. */
export function isSound(given: readonly Point[]): boolean {
  const ring = given.filter(([x, y], at) => {
    const [nextX, nextY] = given[(at + 1) % given.length]!;
    return x !== nextX || y !== nextY;
  });
  const count = ring.length;
  const at = (index: number): Point => ring[index % count]!;
  if (count < FEWEST.polygon) return false;
  for (let one = 0; one < count; one++) {
    if (folds(at(one), at(one + 1), at(one + 2))) return false;
    for (let other = one + 2; other < count; other++) {
      const meets = one === 0 && other === count - 1; // the first edge and the last one do
      if (!meets && touch(at(one), at(one + 1), at(other), at(other + 1))) return false;
    }
  }
  return true;
}

/** Whether a line goes somewhere with each edge and does not meet itself, but for its end at its start: the server's check_line. */
export function isSoundLine(points: readonly Point[]): boolean {
  const edges = points.slice(1).map((end, index) => [points[index]!, end] as const);
  if (edges.length === 0 || edges.some(([[ax, ay], [bx, by]]) => ax === bx && ay === by)) return false;
  return edges.every(([a, b], one) =>
    edges.every(([c, d], other) => {
      if (other <= one) return true;
      if (other === one + 1) return !folds(a, b, d);
      const closes = one === 0 && other === edges.length - 1 && a[0] === d[0] && a[1] === d[1];
      return closes ? !folds(c, d, b) : !touch(a, b, c, d);
    }),
  );
}

export const isSoundAs = (points: readonly Point[], shape: Shape): boolean =>
  shape === "line" ? isSoundLine(points) : isSound(points);
