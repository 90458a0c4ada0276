import type { Rule, RuleKind, Watched, Zone } from "../api/client";
import { ONE_WAY } from "../parts/explanation";
import { isSoundAs, type Point, type Shape } from "./ring";

const ID = /^[a-z0-9-]{1,40}$/;
export const LONGEST_NAME = 40;

/** What keeps a draft from being saved, and in which zone; the server would say the same. */
export interface Fault {
  zone: string;
  what: "crossing" | "ruleless" | "twin";
}

export const zoneOf = (draft: Watched, id: string | null): Zone | null => draft.zones.find((zone) => zone.id === id) ?? null;

export const shapeOf = (zone: Zone): Shape => (zone.line ? "line" : "polygon");

export const pointsOf = (zone: Zone): Point[] => (zone.line ?? zone.polygon ?? []) as Point[];

/** Whether it tells by one way over it from the other. */
export const isOneWay = (zone: Zone): boolean => shapeOf(zone) === "line" && zone.rules.some(({ kind }) => kind === ONE_WAY);

/** A zone has a name for people; else its id. */
export const titleOf = (zone: Zone): string => zone.name || zone.id;

export const withZone = (draft: Watched, zone: Zone): Watched => ({
  ...draft,
  zones: draft.zones.map((other) => (other.id === zone.id ? zone : other)),
});

export const withPoints = (draft: Watched, id: string, points: Point[]): Watched => {
  const zone = zoneOf(draft, id);
  return zone === null ? draft : withZone(draft, { ...zone, [shapeOf(zone)]: points });
};

export const withoutZone = (draft: Watched, id: string): Watched => ({
  ...draft,
  zones: draft.zones.filter((zone) => zone.id !== id),
});

/** "zone-3", "line-3": the first number that is free. */
export function freeId(zones: readonly Zone[], kind: "zone" | "line"): string {
  const taken = new Set(zones.map(({ id }) => id));
  for (let number = 1; ; number++) if (!taken.has(`${kind}-${number}`)) return `${kind}-${number}`;
}

export const newZone = (draft: Watched, name: string, rule: Rule, shape: Shape, points: Point[]): Zone => ({
  id: freeId(draft.zones, shape === "line" ? "line" : "zone"), name: name.slice(0, LONGEST_NAME), [shape]: points, rules: [rule],
});

/** A rule of another kind: its usual settings, and of the old ones those that mean the same there. */
export function asKind(rule: Rule, kind: RuleKind): Rule {
  const shared = kind.fields.filter(({ name, shape }) => name in rule && shape !== "labels").map(({ name }) => [name, rule[name]]);
  const keeps = kind.device === "sensor" ? {} : Object.fromEntries(shared);
  return { ...kind.usual, ...keeps };
}

export function faultsOf(draft: Watched): Fault[] {
  const ids = draft.zones.map(({ id }) => id);
  return draft.zones.flatMap((zone) => {
    const { id, rules } = zone;
    return [
      ...(isSoundAs(pointsOf(zone), shapeOf(zone)) ? [] : [{ zone: id, what: "crossing" as const }]),
      ...(rules.length > 0 ? [] : [{ zone: id, what: "ruleless" as const }]),
      ...(ID.test(id) && ids.indexOf(id) === ids.lastIndexOf(id) ? [] : [{ zone: id, what: "twin" as const }]),
    ];
  });
}

export const isSame = (one: Watched, other: Watched): boolean =>
  JSON.stringify([one.zones, one.rules]) === JSON.stringify([other.zones, other.rules]);
