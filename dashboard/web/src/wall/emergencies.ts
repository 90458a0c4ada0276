import type { Area, Mode } from "../api/client";

/** The kinds of emergency that hold, each with where, as it is called. */
export function emergenciesOf(modes: readonly Mode[], areas: ReadonlyMap<string, Area>): { kind: string; places: string[] }[] {
  const kinds = [...new Set(modes.map((mode) => mode.kind))];
  const placesOf = (kind: string): string[] =>
    modes.filter((mode) => mode.kind === kind).map(({ area }) => areas.get(area)?.name ?? area);
  return kinds.map((kind) => ({ kind, places: [...new Set(placesOf(kind))] }));
}
