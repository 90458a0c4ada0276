/** A corner as fractions of the picture's width and height. */
export type Point = [x: number, y: number];

export const FEWEST = 3;
export const STEP = 0.005;
const DIGITS = 4;

const rounded = (value: number): number => Number(Math.min(1, Math.max(0, value)).toFixed(DIGITS));

/** The nearest point of the picture. */
export const within = ([x, y]: Point): Point => [rounded(x), rounded(y)];

export const middle = ([x1, y1]: Point, [x2, y2]: Point): Point => within([(x1 + x2) / 2, (y1 + y2) / 2]);

export const moved = (ring: readonly Point[], corner: number, to: Point): Point[] => ring.with(corner, within(to));

/** With another corner half way to the next one. */
export function split(ring: readonly Point[], corner: number): Point[] {
  const [here, next] = [ring[corner], ring[(corner + 1) % ring.length]];
  return here && next ? ring.toSpliced(corner + 1, 0, middle(here, next)) : [...ring];
}

/** Without a corner, as long as what is left has an inside. */
export const without = (ring: readonly Point[], corner: number): Point[] =>
  ring.length > FEWEST ? ring.toSpliced(corner, 1) : [...ring];

/** In the middle of the picture, to begin with; the next ones a little aside. */
export function square(nth: number): Point[] {
  const aside = 0.03 * (nth % 6);
  const [near, far] = [0.35 + aside, 0.65 + aside];
  return ([[near, near], [far, near], [far, far], [near, far]] as Point[]).map(within);
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
  if (count < FEWEST) return false;
  for (let one = 0; one < count; one++) {
    if (folds(at(one), at(one + 1), at(one + 2))) return false;
    for (let other = one + 2; other < count; other++) {
      const meets = one === 0 && other === count - 1; // the first edge and the last one do
      if (!meets && touch(at(one), at(one + 1), at(other), at(other + 1))) return false;
    }
  }
  return true;
}
