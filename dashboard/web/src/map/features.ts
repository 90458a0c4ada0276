import type { FeatureCollection } from "geojson";
import type { Area, Place } from "../api/client";
import type { Load } from "./shown";

/** `heat` is from 0, nothing open, to 1, as much as nowhere else; `late` is the share of it that is overdue. */
export function areaFeatures(parts: readonly Area[], loads: ReadonlyMap<string, Load>): FeatureCollection {
  const most = Math.max(1, ...[...loads.values()].map((load) => load.open));
  return {
    type: "FeatureCollection",
    features: parts.map((part) => ({
      type: "Feature",
      geometry: { type: "Polygon", coordinates: [closed(part.polygon)] },
      properties: propertiesOf(part, loads.get(part.code), most),
    })),
  };
}

function propertiesOf(part: Area, load: Load | undefined, most: number): Record<string, unknown> {
  const open = load?.open ?? 0;
  return {
    id: part.code,
    name: part.name,
    label: open > 0 ? `${part.name}\n${open}` : part.name,
    heat: Math.sqrt(open / most),
    late: open > 0 ? (load?.late ?? 0) / open : 0,
    blind: load !== undefined && load.cameras > 0 && load.seeing === 0,
  };
}

/** GeoJSON wants the first corner again at the end. */
const closed = (ring: readonly Place[]): Place[] => (ring.length > 0 ? [...ring, ring[0]!] : []);
