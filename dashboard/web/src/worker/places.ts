import type { Place } from "../api/client";

const METRES_A_DEGREE = 111_320;

/** Along a straight line; good for a city. */
export function metresBetween([x1, y1]: Place, [x2, y2]: Place): number {
  const shrink = Math.cos((((y1 + y2) / 2) * Math.PI) / 180);
  return Math.hypot((x2 - x1) * shrink, y2 - y1) * METRES_A_DEGREE;
}

/** What can be read at a glance: 30 m, 350 m, 1.2 km. */
export function roundedDistance(metres: number): { unit: "metres" | "kilometres"; n: string } {
  if (metres >= 950) return { unit: "kilometres", n: (metres / 1000).toFixed(metres < 9_950 ? 1 : 0) };
  return { unit: "metres", n: `${Math.max(10, Math.round(metres / 10) * 10)}` };
}

/**
 * Hands a place over to the navigation that the phone has: nothing of it leaves the house.
 * An iPhone knows no geo: addresses.
 */
export function navigationLink([longitude, latitude]: Place, name: string, agent: string): string {
  const place = `${latitude.toFixed(6)},${longitude.toFixed(6)}`;
  if (/iPhone|iPad/.test(agent)) return `maps://?daddr=${place}`;
  return `geo:${place}?q=${place}(${encodeURIComponent(name)})`;
}
