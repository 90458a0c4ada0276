import type { Device, Place, Point } from "../api/client";
import { SEVERITIES } from "../parts/severity";
import { blindnessOf } from "../parts/sight";
import { ringOf, signOf } from "./signs";

/** A sign at its place; `sign` names its picture, `scale` is how large it is beside a ticket's. */
export interface Placed {
  of: "ticket" | "device";
  id: string;
  place: Place;
  sign: string;
  scale: number;
}

const rank = (point: Point): number => -SEVERITIES.indexOf(point.severity);

/** The gravest last: they are drawn over the others. */
export const ticketSigns = (points: Iterable<Point>, now: number): Placed[] =>
  [...points]
    .filter((point) => point.position !== null)
    .sort((a, b) => rank(a) - rank(b))
    .map((point) => ticketSign(point, signOf(point.severity, ringOf(point, now))));

/** They are asked for every second, and change seldom. */
const known = new WeakMap<Point, Placed>();

function ticketSign(point: Point, sign: string): Placed {
  const before = known.get(point);
  if (before?.sign === sign) return before;
  const placed: Placed = { of: "ticket", id: point.id, place: point.position as Place, sign, scale: 1 };
  known.set(point, placed);
  return placed;
}

/** An agent is shown by its devices. */
export const deviceSigns = (devices: readonly Device[], now: number): Placed[] =>
  devices
    .filter((device) => device.position !== null && device.kind !== "agent")
    .map((device) => ({
      of: "device",
      id: `${device.site}/${device.id}`,
      place: device.position as Place,
      sign: deviceSign(device, now),
      scale: 0.8,
    }));

function deviceSign(device: Device, now: number): string {
  if (device.kind === "camera") return blindnessOf(device, now) === null ? "camera" : "camera-blind";
  return device.state === "online" ? "sensor" : "sensor-blind";
}
