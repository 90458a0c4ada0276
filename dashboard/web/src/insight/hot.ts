import type { FeatureCollection } from "geojson";
import type { Place } from "../api/client";
import type { Shown } from "./shown";

const PER_DEGREE = 1000;

/** The middle of a square of a thousandth of a degree, by its name. */
export function middleOf(cell: string): Place {
  const [x, y] = cell.split(",").map(Number) as [number, number];
  return [(x + 0.5) / PER_DEGREE, (y + 0.5) / PER_DEGREE];
}

/** Each hot spot as a point; `heat` is from 0 to 1, that of the hottest, which comes last and is drawn over the others. */
export function spotFeatures({ rows }: Pick<Shown, "rows">): FeatureCollection {
  const spots = rows.flatMap((row, index) => {
    const cell = row[0]?.opens?.cell;
    return cell ? [{ cell, index, tickets: Number(row[1]?.value) }] : [];
  });
  const most = Math.max(1, ...spots.map(({ tickets }) => tickets));
  return {
    type: "FeatureCollection",
    features: spots.reverse().map(({ cell, index, tickets }) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: middleOf(cell) },
      properties: { index, label: String(tickets), heat: Math.sqrt(tickets / most) },
    })),
  };
}
