import {
  readBlindness, readBreakdown, readHotspots, readMissed, readOffenders, readPrecision, readRecurrences,
  type Answer, type Blindness, type Hotspot, type MissedSteps, type Offender, type Precision, type Recurrence, type Slice,
} from "../api/client";
import { PROPERTY } from "./answers/rates";
import { stepOf, type Scope } from "./period";

/** What the server can be asked. */
export interface Sources {
  time: Slice[];
  grid: Slice[];
  community: Slice[];
  department: Slice[];
  matter: Slice[];
  hour: Slice[];
  missed: MissedSteps[];
  offenders: Offender[];
  recurrences: Recurrence[];
  hotspots: Hotspot[];
  precision: Precision[];
  blindness: Blindness;
}


type Query = { from: string; to: string; area?: string };

const READ: { [Name in keyof Sources]: (query: Query, scope: Scope) => Promise<Answer<Sources[Name]>> } = {
  time: (query, scope) => readBreakdown({ ...query, by: stepOf(scope) }),
  grid: (query) => readBreakdown({ ...query, by: "grid" }),
  community: (query) => readBreakdown({ ...query, by: "community", class: PROPERTY }),
  department: (query) => readBreakdown({ ...query, by: "department" }),
  matter: (query) => readBreakdown({ ...query, by: "matter" }),
  hour: (query) => readBreakdown({ ...query, by: "hour" }),
  missed: readMissed,
  offenders: (query) => readOffenders({ ...query, least: 1 }),
  recurrences: readRecurrences,
  hotspots: readHotspots,
  precision: readPrecision,
  blindness: readBlindness,
};

/** So many questions wait in the database at a time: others have work to do there. */
const AT_ONCE = 2;

/** Reads each source of a scope once, a few at a time, in the order in which they are asked for. */
export function openSources(scope: Scope, readers = READ) {
  const query = { from: scope.from, to: scope.to, ...(scope.area === null ? {} : { area: scope.area }) };
  const known = new Map<keyof Sources, Promise<Answer<unknown>>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  async function inTurn<T>(read: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      return await read();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  }

  return async function ask<Name extends keyof Sources>(name: Name): Promise<Answer<Sources[Name]>> {
    const read = known.get(name) ?? inTurn(() => readers[name](query, scope));
    known.set(name, read);
    const answer = await read;
    if (!answer.ok && known.get(name) === read) known.delete(name); // ask again the next time
    return answer as Answer<Sources[Name]>;
  };
}

export type Ask = ReturnType<typeof openSources>;
