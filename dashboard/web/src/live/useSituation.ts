import { onScopeDispose, shallowRef, type ShallowRef } from "vue";
import { readAreas, readPoints, readWall, STREAM_URL, type Answer, type Area, type Device, type Ticket, type Wall } from "../api/client";
import { coalesce } from "./coalesce";
import { withPart, type Part, type Reception } from "./link";
import { serverNow, synchronise } from "./serverTime";
import { nameOf, NOTHING_KNOWN, pathOf, pointsOf, withDevices, withKnown, withTickets, type Situation } from "./situation";
import { openStream, type Change } from "./stream";

const MIN_GAP_MS = 250;
const POLL_MS = 10_000;
/** While anything is missing. */
const POLL_IN_NEED_MS = 2_000;
/** The server counts its figures aside when first asked. */
const POLL_WITHOUT_FIGURES_MS = 1_000;
/** Every change is told; to read all anew mends what was missed all the same. */
const ALL_MS = 300_000;

export interface Live {
  situation: Readonly<ShallowRef<Situation>>;
  /** The whole tree by code; empty until it was read. */
  areas: Readonly<ShallowRef<ReadonlyMap<string, Area>>>;
  reception: Readonly<ShallowRef<Reception>>;
}

/** An area's situation: read whole, and kept up to date by what the stream tells. */
export function useSituation(area: string | null): Live {
  const situation = shallowRef<Situation>(NOTHING_KNOWN);
  const areas = shallowRef<ReadonlyMap<string, Area>>(new Map());
  const reception = shallowRef<Reception>({ startedAt: serverNow(), answeredAt: null, failure: null, missing: {} });
  let told: { at: number; change: Change }[] = [];
  /** When what is under way was asked for. */
  const asked = new Set<{ at: number }>();
  let streaming = false;
  let wantsDevices = true;
  let poll: ReturnType<typeof setTimeout> | undefined;
  let applying: ReturnType<typeof setTimeout> | undefined;
  let applied = 0;

  /** The last word on each. */
  function apply(from: Situation, changes: readonly Change[]): Situation {
    const [tickets, devices] = [new Map<string, Ticket | null>(), new Map<string, Device | null>()];
    for (const change of changes) {
      if (change.kind === "device") devices.set(change.id, change.now);
      else tickets.set(change.id, isHere(change.now) ? change.now : null);
    }
    return withDevices(withTickets(from, tickets), devices);
  }

  const isHere = (ticket: Ticket | null): boolean =>
    area === null || pathOf(areas.value, ticket?.area?.code ?? null).includes(area);

  const changesSince = (since: number): Change[] => told.filter(({ at }) => at >= since).map(({ change }) => change);

  /** An answer may be older than what was told since it was asked for. */
  async function ask<T>(read: () => Promise<Answer<T>>, take: (read: T) => Partial<Situation>): Promise<Answer<T>> {
    const question = { at: performance.now() };
    asked.add(question);
    const answer = await read();
    if (answer.ok) situation.value = apply({ ...situation.value, ...take(answer.value) }, changesSince(question.at));
    asked.delete(question);
    return answer;
  }

  function hear(change: Change): void {
    if (change.kind === "device" && area !== null && !isKnown(change.id)) return readDevices(); // where is it?
    told.push({ at: performance.now(), change });
    applying ??= setTimeout(applyTold, MIN_GAP_MS);
  }

  const isKnown = (device: string): boolean =>
    situation.value.wall?.devices.some((known) => nameOf(known) === device) ?? false;

  function applyTold(): void {
    applying = undefined;
    const since = applied;
    applied = performance.now();
    situation.value = apply(situation.value, changesSince(since));
    const first = Math.min(applied, ...[...asked].map(({ at }) => at));
    told = told.filter(({ at }) => at >= first);
  }

  async function readTheWall(): Promise<void> {
    clearTimeout(poll);
    const all = wantsDevices || !streaming || situation.value.wall === null;
    wantsDevices = false;
    const take = (read: Wall): Partial<Situation> => ({ wall: all ? read : withKnown(read, situation.value.wall!) });
    const answer = await ask(() => readWall(area, all ? "all" : "cameras"), take);
    wantsDevices ||= all && !answer.ok;
    if (answer.ok) {
      synchronise(Date.parse(answer.value.at));
      reception.value = { ...reception.value, answeredAt: serverNow(), failure: null };
    } else {
      reception.value = { ...reception.value, failure: { status: answer.status } };
    }
    note("stream", streaming);
    poll = setTimeout(readAgain, pauseAfter(answer));
  }

  function pauseAfter(answer: Answer<Wall>): number {
    if (answer.ok && answer.value.figures === null) return POLL_WITHOUT_FIGURES_MS;
    return answer.ok && Object.keys(reception.value.missing).length === 0 ? POLL_MS : POLL_IN_NEED_MS;
  }

  function note(part: Part, isThere: boolean): void {
    reception.value = { ...reception.value, missing: withPart(reception.value.missing, part, isThere, serverNow()) };
  }

  /** The wall, and what is missing or nobody tells of. */
  function readAgain(): void {
    const { missing } = reception.value;
    reads.request();
    if ("points" in missing || "stream" in missing) points.request();
    if ("areas" in missing) tree.request();
  }

  async function readThePoints(): Promise<void> {
    const answer = await ask(() => readPoints(area), (read) => pointsOf(read, situation.value.points));
    note("points", answer.ok);
  }

  async function readTheTree(): Promise<void> {
    const answer = await readAreas();
    if (answer.ok) areas.value = new Map(answer.value.map((one) => [one.code, one]));
    note("areas", answer.ok);
  }

  const reads = coalesce(readTheWall, MIN_GAP_MS);
  const points = coalesce(readThePoints, MIN_GAP_MS);
  const tree = coalesce(readTheTree, MIN_GAP_MS);

  function readDevices(): void {
    wantsDevices = true;
    reads.request();
  }

  function readAll(): void {
    readDevices();
    points.request();
    tree.request();
  }

  const mending = setInterval(readAll, ALL_MS);
  const stream = openStream(STREAM_URL, {
    onChange: hear,
    onSignal: readAll,
    onOpenChange(open) {
      streaming = open;
      readDevices();
    },
  });
  readAll();

  onScopeDispose(() => {
    stream.close();
    reads.stop();
    points.stop();
    tree.stop();
    for (const timer of [poll, applying]) clearTimeout(timer);
    clearInterval(mending);
  });
  return { situation, areas, reception };
}
