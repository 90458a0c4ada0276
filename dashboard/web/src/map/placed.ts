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
    .map((point) => ({
      of: "ticket",
      id: point.id,
      place: point.position as Place,
      sign: signOf(point.severity, ringOf(point, now)),
      scale: 1,
    }));

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
