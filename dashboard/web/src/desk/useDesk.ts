import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { act, getUp, readTicket, sitDown, type Answer, type Desk, type Ticket } from "../api/client";
import { coalesce } from "../live/coalesce";
import { newId } from "../outbox/ids";
import { hasOther, UNDO_MS, type Step, type Verdict } from "./verdicts";

const RENEW_MS = 20_000;
const MIN_GAP_MS = 500;

/** What did not go as it should: `ticket` is as it is now, where somebody else was quicker. */
export interface Trouble {
  what: "taken" | "tooLate" | "refused" | "unreachable";
  ticket: Ticket | null;
  status: number | null;
}

export interface Judged {
  ticket: Ticket;
  verdict: Verdict;
  /** By the monotonic clock. */
  until: number;
}

/** The candidate on a dispatcher's desk, and the verdicts on it. */
export function useDesk() {
  const desk = shallowRef<Desk | null>(null);
  const trouble = shallowRef<Trouble | null>(null);
  const judged = shallowRef<Judged | null>(null);
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
  }

  async function giveUpWanted(): Promise<void> {
    trouble.value = { what: "taken", ticket: null, status: 409 };
    wanted = null;
    await read();
  }

  /** All that were put off come up again. */
  function startOver(): void {
    skipped = [];
    reads.request();
  }

  const reads = coalesce(read, MIN_GAP_MS);

  /** Carry out steps in order; the first that fails ends it. */
  async function carryOut(ticket: string, steps: readonly Step[]): Promise<Answer<Ticket>> {
    let answer: Answer<Ticket> = { ok: false, status: null };
    for (const { action, said } of steps) {
      answer = await act(ticket, action, said);
      if (!answer.ok) break;
    }
    return answer;
  }

  async function tell(ticket: string, status: number | null, late: Trouble["what"]): Promise<void> {
    const now = status === null ? null : await readTicket(ticket);
    const what = status === null || status >= 500 ? "unreachable" : status === 409 ? late : "refused";
    trouble.value = { what, ticket: now?.ok ? now.value : null, status };
  }

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

  /** Of the candidate that was seen when it was asked for: a key that is hit twice decides nothing of the next. */
  function judge(verdict: Verdict): Promise<void> {
    const ticket = candidate.value?.ticket;
    return inTurn(async () => {
      if (ticket === undefined || ticket.id !== candidate.value?.ticket.id) return;
      const answer = await carryOut(ticket.id, verdict.steps);
      if (answer.ok) judged.value = { ticket, verdict, until: performance.now() + UNDO_MS };
      else await tell(ticket.id, answer.status, "taken");
      if (answer.ok || answer.status !== null) await read();
    });
  }

  const undo = (): Promise<void> =>
    inTurn(async () => {
      const last = judged.value;
      if (last === null || performance.now() > last.until) return;
      const answer = await carryOut(last.ticket.id, last.verdict.undo);
      if (!answer.ok) return tell(last.ticket.id, answer.status, "tooLate");
      judged.value = null;
      wanted = last.ticket.id;
      await read();
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
  return { desk, candidate, trouble, judged, busy, answered, refresh: reads.request, judge, undo, next, want };
}
