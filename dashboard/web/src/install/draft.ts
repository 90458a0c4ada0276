import type { Rule, RuleKind, Watched, Zone } from "../api/client";
import { isSound, square, type Point } from "./ring";

const ID = /^[a-z0-9-]{1,40}$/;
export const LONGEST_NAME = 40;

/** What keeps a draft from being saved, and in which zone; the server would say the same. */
export interface Fault {
  zone: string;
  what: "crossing" | "ruleless" | "twin";
}

export const zoneOf = (draft: Watched, id: string | null): Zone | null => draft.zones.find((zone) => zone.id === id) ?? null;

/** A zone has a name for people; else its id. */
export const titleOf = (zone: Zone): string => zone.name || zone.id;

export const withZone = (draft: Watched, zone: Zone): Watched => ({
  ...draft,
  zones: draft.zones.map((other) => (other.id === zone.id ? zone : other)),
});

export const withRing = (draft: Watched, id: string, polygon: Point[]): Watched => {
  const zone = zoneOf(draft, id);
  return zone === null ? draft : withZone(draft, { ...zone, polygon });
};

export const withoutZone = (draft: Watched, id: string): Watched => ({
  ...draft,
  zones: draft.zones.filter((zone) => zone.id !== id),
});

/** "zone-3": the first number that is free. */
export function freeId(zones: readonly Zone[]): string {
  const taken = new Set(zones.map(({ id }) => id));
  for (let number = 1; ; number++) if (!taken.has(`zone-${number}`)) return `zone-${number}`;
}

export function newZone(draft: Watched, name: string, rule: Rule, polygon?: Point[]): Zone {
  const ring = polygon ?? square(draft.zones.length);
  return { id: freeId(draft.zones), name: name.slice(0, LONGEST_NAME), polygon: ring, rules: [rule] };
}

/** A rule of another kind: its usual settings, and of the old ones those that mean the same there. */
export function asKind(rule: Rule, kind: RuleKind): Rule {
  const shared = kind.fields.filter(({ name, shape }) => name in rule && shape !== "labels").map(({ name }) => [name, rule[name]]);
  const keeps = kind.device === "camera" ? Object.fromEntries(shared) : {};
  return { ...kind.usual, ...keeps };
}

export function faultsOf(draft: Watched): Fault[] {
  const ids = draft.zones.map(({ id }) => id);
  return draft.zones.flatMap(({ id, polygon, rules }) => [
    ...(isSound(polygon as Point[]) ? [] : [{ zone: id, what: "crossing" as const }]),
    ...(rules.length > 0 ? [] : [{ zone: id, what: "ruleless" as const }]),
    ...(ID.test(id) && ids.indexOf(id) === ids.lastIndexOf(id) ? [] : [{ zone: id, what: "twin" as const }]),
  ]);
}

export const isSame = (one: Watched, other: Watched): boolean =>
  JSON.stringify([one.zones, one.rules]) === JSON.stringify([other.zones, other.rules]);
