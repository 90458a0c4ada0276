export interface Turn<T> {
  shown: readonly T[];
  /** Counted from 1. */
  group: number;
  groups: number;
}

/** More than fit take turns; the turn follows the clock, so that all walls show the same. */
export function turnOf<T>(items: readonly T[], size: number, turnMs: number, now: number): Turn<T> {
  const groups = Math.max(1, Math.ceil(items.length / size));
  const index = Math.floor(now / turnMs) % groups;
  return { shown: items.slice(index * size, (index + 1) * size), group: index + 1, groups };
}
