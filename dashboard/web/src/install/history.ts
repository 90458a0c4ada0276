/** What was, is and would be again. Changes with one tag in a row, as of a key that is held, are one step. */
export interface History<T> {
  past: readonly T[];
  present: T;
  future: readonly T[];
  tag: string | null;
}

const MOST = 100;

export const begin = <T>(present: T): History<T> => ({ past: [], present, future: [], tag: null });

export function commit<T>(history: History<T>, present: T, tag: string | null = null): History<T> {
  const goesOn = tag !== null && tag === history.tag;
  const past = goesOn ? history.past : [...history.past, history.present].slice(-MOST);
  return { past, present, future: [], tag };
}

export function undo<T>(history: History<T>): History<T> {
  const { past, present, future } = history;
  if (past.length === 0) return history;
  return { past: past.slice(0, -1), present: past.at(-1)!, future: [present, ...future], tag: null };
}

export function redo<T>(history: History<T>): History<T> {
  const { past, present, future } = history;
  if (future.length === 0) return history;
  return { past: [...past, present], present: future[0]!, future: future.slice(1), tag: null };
}
