import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { getUp, readTicket, sitDown, type Action, type Desk, type Ticket } from "../api/client";
import { coalesce } from "../live/coalesce";
import { newId } from "../outbox/ids";
import { begin, carryOut, isOf, lookAt, takeBack, type Failure, type Run } from "./runs";
import { hasOther, UNDO_MS, type Verdict } from "./verdicts";

const RENEW_MS = 20_000;
const MIN_GAP_MS = 500;

/** What did not go as it should: `ticket` is as it is now, where somebody else was quicker. */
export interface Trouble {
  what: "taken" | "tooLate" | "refused" | "unreachable" | "unknown" | "partly";
  ticket: Ticket | null;
  status: number | null;
  /** What was done before, and what was not. */
  done: Action | null;
  step: Action | null;
}

export interface Judged {
  run: Run;
  /** By the monotonic clock. */
  until: number;
}

const TAKEN: Trouble = { what: "taken", ticket: null, status: 409, done: null, step: null };
const NO_ANSWER: Failure = { status: null, lost: true, known: false };

/** The candidate on a dispatcher's desk, and the verdicts on it. */
export function useDesk() {
  const desk = shallowRef<Desk | null>(null);
  const trouble = shallowRef<Trouble | null>(null);
  const judged = shallowRef<Judged | null>(null);
  /** What the server may not have: it is sent again when that is asked for. */
  const unfinished = shallowRef<readonly Run[]>([]);
  const busy = ref(false);
  const answered = ref(true);
  /** Of this window alone: another of the same person keeps its candidate when this one goes. */
  const id = newId();
  let skipped: string[] = [];
  let wanted: string | null = null;
  let asked = 0;

  const candidate = computed(() => desk.value?.candidate ?? null);

  async function read(): Promise<void> {
    const mine = ++asked;
    const answer = await sitDown({ desk: id, wanted, skipped });
    if (mine !== asked) return; // a later question is under way
    answered.value = answer.ok;
    if (!answer.ok) return answer.status === 409 ? giveUpWanted() : undefined;
    wanted = null;
    desk.value = answer.value;
    if (answer.value.candidate === null && skipped.length > 0) startOver();
    await findOut();
  }

  /** What nobody knew of was done after all, where it is a candidate no more and its timeline says so. */
  async function findOut(): Promise<void> {
    for (const run of unfinished.value) {
      if (run.undoing || run.ticket.id === candidate.value?.ticket.id) continue;
      const seen = await lookAt(run);
      if (seen === null || seen.left.length > 0 || !unfinished.value.includes(run)) continue;
      unfinished.value = ofOthers(run.ticket);
      judged.value = { run: seen, until: performance.now() + UNDO_MS };
      trouble.value = null;
    }
  }

  async function giveUpWanted(): Promise<void> {
    trouble.value = TAKEN;
    wanted = null;
    await read();
  }

  /** All that were put off come up again. */
  function startOver(): void {
    skipped = [];
    reads.request();
  }

  const reads = coalesce(read, MIN_GAP_MS);

  async function tell(run: Run, failure: Failure): Promise<void> {
    const { lost, status } = failure;
    const now = lost ? null : await readTicket(run.ticket.id);
    const named = { done: run.done.at(-1)?.action ?? null, step: run.left[0]?.action ?? null };
    trouble.value = { what: troubleOf(run, failure), ticket: now?.ok ? now.value : null, status, ...named };
    if (lost) unfinished.value = [...ofOthers(run.ticket), run];
  }

  const ofOthers = ({ id }: Ticket): Run[] => unfinished.value.filter(({ ticket }) => ticket.id !== id);

  const unfinishedOf = ({ id }: Ticket): Run | undefined => unfinished.value.find(({ ticket }) => ticket.id === id);

  let working: Promise<void> = Promise.resolve();

  /** One after the other, as they were asked for. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    working = working.then(async () => {
      busy.value = true;
      trouble.value = null;
      await work();
      busy.value = false;
    });
    return working;
  }

  /** What was done of it can be taken back, what was not be sent again. */
  async function pursue(begun: Run): Promise<void> {
    unfinished.value = ofOthers(begun.ticket);
    const { run, failure } = await carryOut(begun);
    if (!run.undoing && run.done.length > 0) judged.value = { run, until: performance.now() + UNDO_MS };
    if (run.undoing && failure === null) {
      judged.value = null;
      wanted = run.ticket.id;
    }
    if (failure !== null) await tell(run, failure);
    if (failure === null || !failure.lost || run.done.length > 0) await read();
  }

  /** Of the candidate that was seen when it was asked for: a key that is hit twice decides nothing of the next. */
  function judge(verdict: Verdict): Promise<void> {
    const ticket = candidate.value?.ticket;
    return inTurn(async () => {
      if (ticket === undefined || ticket.id !== candidate.value?.ticket.id) return;
      const begun = unfinishedOf(ticket);
      if (begun === undefined || isOf(begun, verdict)) return pursue(begun ?? begin(ticket, verdict));
      const seen = await lookAt(begun); // another verdict than before, which may stand: then that one is shown
      if (seen === null) return tell(begun, NO_ANSWER);
      await pursue(seen.done.length > 0 ? { ...seen, left: [] } : begin(ticket, verdict));
    });
  }

  const undo = (): Promise<void> =>
    inTurn(async () => {
      const last = judged.value;
      if (last === null || performance.now() > last.until) return;
      const begun = unfinishedOf(last.run.ticket);
      await pursue(begun?.undoing ? begun : takeBack((await lookAt(last.run)) ?? last.run));
    });

  const again = (): Promise<void> =>
    inTurn(async () => {
      for (const run of unfinished.value) await pursue(run);
    });

  const next = (): Promise<void> =>
    inTurn(async () => {
      const here = candidate.value?.ticket;
      if (here === undefined || !hasOther(desk.value?.queue ?? [], here)) return;
      skipped.push(here.id);
      await read();
    });

  const want = (ticket: string): Promise<void> =>
    inTurn(async () => {
      wanted = ticket;
      skipped = skipped.filter((id) => id !== ticket);
      await read();
    });

  const renewing = setInterval(reads.request, RENEW_MS);
  const onHide = (): void => void getUp(id);
  window.addEventListener("pagehide", onHide);
  reads.request();

  onScopeDispose(() => {
    clearInterval(renewing);
    window.removeEventListener("pagehide", onHide);
    reads.stop();
    void getUp(id);
  });
  return { desk, candidate, trouble, judged, unfinished, busy, answered, refresh: reads.request, judge, undo, again, next, want };
}

function troubleOf(run: Run, { status, lost, known }: Failure): Trouble["what"] {
  if (lost && !known) return "unknown";
  if (lost) return run.done.length > 0 ? "partly" : "unreachable";
  if (status !== 409) return "refused";
  return run.undoing ? "tooLate" : "taken";
}
