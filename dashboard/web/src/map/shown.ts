import type { Area, Device, Place, Point } from "../api/client";
import { pathOf } from "../live/situation";
import { blindnessOf } from "../parts/sight";

/** More than so many areas cannot be told apart on one screen. */
const MOST = 300;

/** The parts of an area that the map shows: the lowest there are, or of too many those above them. */
export function partsOf(areas: ReadonlyMap<string, Area>, root: string | null): Area[] {
  const inside = [...areas.values()].filter(
    (area) => area.merged_into === null && (root === null || pathOf(areas, area.code).includes(root)),
  );
  const depth = (area: Area): number => pathOf(areas, area.code).length;
  const deepest = Math.max(0, ...inside.map(depth));
  for (let most = deepest; most > 0; most--) {
    const parts = lowest(inside.filter((area) => depth(area) <= most));
    if (parts.length <= MOST) return parts;
  }
  return [];
}

function lowest(areas: readonly Area[]): Area[] {
  const parents = new Set(areas.map((area) => area.parent));
  return areas.filter((area) => !parents.has(area.code));
}

/** What an area's fill says. */
export interface Load {
  open: number;
  late: number;
  cameras: number;
  seeing: number;
}

/** The load of each part, by its code. */
export function loadsOf(
  areas: ReadonlyMap<string, Area>,
  parts: readonly Area[],
  points: Iterable<Point>,
  devices: readonly Device[],
  now: number,
): Map<string, Load> {
  const loads = new Map(parts.map((part) => [part.code, { open: 0, late: 0, cameras: 0, seeing: 0 } as Load]));
  const known = new Map<string | null, Load | undefined>();
  const loadAt = (code: string | null): Load | undefined => {
    if (!known.has(code)) known.set(code, pathOf(areas, code).map((one) => loads.get(one)).find(Boolean));
    return known.get(code);
  };
  for (const point of points) {
    const load = loadAt(point.area);
    if (load === undefined) continue;
    load.open++;
    if (Date.parse(point.due) < now) load.late++;
  }
  for (const camera of devices) {
    if (camera.kind !== "camera" || camera.position === null) continue;
    const part = parts.find((one) => holds(one.polygon, camera.position as Place));
    const load = part && loads.get(part.code);
    if (load === undefined) continue;
    load.cameras++;
    if (blindnessOf(camera, now) === null) load.seeing++;
  }
  return loads;
}

/** Whether a ring holds a place: by how often a ray from it crosses the ring (even-odd rule). */
export function holds(ring: readonly Place[], [x, y]: Place): boolean {
  let inside = false;
  ring.forEach(([x2, y2], index) => {
    const [x1, y1] = ring[(index || ring.length) - 1]!;
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  });
  return inside;
}

/** The corners of what holds all places: south-west and north-east; null of none. */
export function boundsOf(places: readonly Place[]): [Place, Place] | null {
  if (places.length === 0) return null;
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  return [
    [Math.min(...xs), Math.min(...ys)],
    [Math.max(...xs), Math.max(...ys)],
  ];
}
