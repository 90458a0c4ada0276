import type { Feature, FeatureCollection, Geometry } from "geojson";
import type { Area, Device, Place, Point } from "../api/client";
import { blindnessOf } from "../parts/sight";
import { SEVERITIES } from "../parts/severity";
import type { Load } from "./shown";
import { ringOf, signOf } from "./signs";

const collect = (features: Feature[]): FeatureCollection => ({ type: "FeatureCollection", features });

const featureOf = (id: string, geometry: Geometry, properties: Record<string, unknown>): Feature => ({
  type: "Feature",
  geometry,
  properties: { id, ...properties },
});

const at = (position: readonly number[]): Geometry => ({ type: "Point", coordinates: [...position] });

/** `heat` is from 0, nothing open, to 1, as much as nowhere else; `late` is the share of it that is overdue. */
export function areaFeatures(parts: readonly Area[], loads: ReadonlyMap<string, Load>): FeatureCollection {
  const most = Math.max(1, ...[...loads.values()].map((load) => load.open));
  return collect(
    parts.map((part) => {
      const load = loads.get(part.code);
      const open = load?.open ?? 0;
      return featureOf(part.code, { type: "Polygon", coordinates: [closed(part.polygon)] }, {
        name: part.name,
        label: open > 0 ? `${part.name}\n${open}` : part.name,
        heat: Math.sqrt(open / most),
        late: open > 0 ? (load?.late ?? 0) / open : 0,
        blind: load !== undefined && load.cameras > 0 && load.seeing === 0,
      });
    }),
  );
}

/** GeoJSON wants the first corner again at the end. */
const closed = (ring: readonly Place[]): Place[] => (ring.length > 0 ? [...ring, ring[0]!] : []);

/** The gravest last: they are drawn over the others. */
export function ticketFeatures(points: Iterable<Point>, now: number): FeatureCollection {
  const placed = [...points].filter((point) => point.position !== null);
  const rank = (point: Point): number => -SEVERITIES.indexOf(point.severity);
  return collect(
    placed
      .sort((a, b) => rank(a) - rank(b))
      .map((point) =>
        featureOf(point.id, at(point.position!), { sign: signOf(point.severity, ringOf(point, now)), rank: rank(point) }),
      ),
  );
}

export function deviceFeatures(devices: readonly Device[], now: number): FeatureCollection {
  const placed = devices.filter((device) => device.position !== null && device.kind !== "agent");
  return collect(
    placed.map((device) =>
      featureOf(`${device.site}/${device.id}`, at(device.position!), { sign: deviceSign(device, now), name: device.name }),
    ),
  );
}

function deviceSign(device: Device, now: number): string {
  if (device.kind === "camera") return blindnessOf(device, now) === null ? "camera" : "camera-blind";
  return device.state === "online" ? "sensor" : "sensor-blind";
}
