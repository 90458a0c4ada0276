import { computed, ref, shallowRef } from "vue";
import { readTicket, readTimeline, sendAct, sendReport, type Answer } from "../api/client";
import { coalesce } from "../live/coalesce";
import { serverNow } from "../live/serverTime";
import { me } from "../people/session";
import { rememberReport } from "../report/remembered";
import { fateOf, nextOf, refusedOf, stands, waitingOf, withFailing, type Entry, type Fate, type Refusal } from "./entries";
import { newId } from "./ids";
import { dropEntry, loadEntries, putEntry } from "./store";

const RETRY_MS = 15_000;
const MIN_GAP_MS = 200;
const LOCK = "yihu-outbox";

const entries = shallowRef<readonly Entry[]>([]);
/** What the server has taken since the list was last read. */
const settled = shallowRef<readonly { entry: Entry; at: number }[]>([]);
/** The session is over: nothing goes out until somebody signs in. */
const locked = ref(false);

const whose = (): string => me.value?.name ?? "";

let version = 0;
let newest = 0;
let retry: ReturnType<typeof setTimeout> | undefined;

/** As they are kept; what changes while they are read is read again. A phone that keeps nothing has nothing to be read. */
async function load(): Promise<void> {
  for (;;) {
    const before = version;
    const kept = await loadEntries().catch(() => entries.value);
    if (before === version) return void (entries.value = kept);
  }
}

function change(id: string, now: readonly Entry[]): void {
  version++;
  entries.value = [...entries.value.filter((entry) => entry.id !== id), ...now];
}

/** Keep something to be sent, and send it if that can be; rejects where the phone keeps nothing. */
async function add(what: Entry["what"], id = newId()): Promise<void> {
  newest = Math.max(newest, ...(await loadEntries()).map(({ order }) => order)) + 1;
  const entry: Entry = { id, order: newest, by: whose(), at: serverNow(), what, refusal: null };
  await putEntry(entry);
  change(id, [entry]);
  void navigator.storage?.persist?.();
  sends.request();
}

async function drop(id: string): Promise<void> {
  await dropEntry(id);
  change(id, []);
}

/** Send what waits; two tabs of one phone do not do so at once. */
async function flush(): Promise<void> {
  clearTimeout(retry);
  if (navigator.locks === undefined) await sendAll();
  else await navigator.locks.request(LOCK, sendAll);
  if (waitingOf(entries.value, whose()).length > 0) retry = setTimeout(sends.request, RETRY_MS);
}

const sends = coalesce(flush, MIN_GAP_MS);

async function sendAll(): Promise<void> {
  await load(); // another tab may have sent some
  let failing: ReadonlySet<string> = new Set();
  for (let entry = nextOf(entries.value, whose(), failing); entry !== null; entry = nextOf(entries.value, whose(), failing)) {
    const fate = await send(entry);
    locked.value = fate === "signIn";
    if (fate === "later" || fate === "signIn") return;
    if (fate === "failing") failing = withFailing(failing, entry);
  }
}

async function send(entry: Entry): Promise<Fate> {
  const answer = await post(entry);
  const fate = fateOf(entry, answer);
  if (fate === "check") return check(entry);
  if (fate === "done") await settle(entry);
  if (fate === "refused") await refuse(entry, { status: statusOf(answer), state: null, holder: null });
  return fate;
}

const statusOf = (answer: Answer<unknown>): number => (answer.ok ? 200 : (answer.status ?? 0));

async function post({ id, what }: Entry): Promise<Answer<unknown>> {
  if (what.deed === "act") return sendAct(what.ticket, what.action, { ...what.said, id });
  const answer = await sendReport({ ...what.report, id });
  if (answer.ok) rememberReport({ follow: answer.value.follow, number: answer.value.number, title: answer.value.title });
  return answer;
}

/** The ticket did not allow it: find out whether it stands already. */
async function check(entry: Entry): Promise<Fate> {
  if (entry.what.deed !== "act") return "refused";
  const [ticket, timeline] = await Promise.all([readTicket(entry.what.ticket), readTimeline(entry.what.ticket)]);
  if (!timeline.ok && fateOf(entry, timeline) !== "refused") return "later";
  const stood = timeline.ok && stands(entry.by, entry.what, entry.id, timeline.value);
  if (stood) await settle(entry);
  else await refuse(entry, { status: 409, ...(ticket.ok ? { state: ticket.value.state, holder: ticket.value.assignee } : NOTHING_TOLD) });
  return stood ? "done" : "refused";
}

const NOTHING_TOLD = { state: null, holder: null };

async function settle(entry: Entry): Promise<void> {
  settled.value = [...settled.value, { entry, at: performance.now() }];
  await drop(entry.id);
}

async function refuse(entry: Entry, refusal: Refusal): Promise<void> {
  const told = { ...entry, refusal };
  await putEntry(told);
  change(entry.id, [told]);
}

/** A list that was asked for at `since` shows all that was taken before. */
const forgetSettled = (since: number): void => void (settled.value = settled.value.filter(({ at }) => at >= since));

let watching = false;

function watchTheLine(): void {
  if (watching) return;
  watching = true;
  window.addEventListener("online", sends.request);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sends.request());
  sends.request();
}

/** What was done on this phone and the server does not have yet; one for all pages. */
export function useOutbox() {
  watchTheLine();
  return {
    waiting: computed(() => waitingOf(entries.value, whose())),
    refused: computed(() => refusedOf(entries.value, whose())),
    ofOthers: computed(() => entries.value.filter(({ by }) => by !== whose()).length),
    settled: computed(() => settled.value),
    locked: computed(() => locked.value),
    add,
    drop,
    forgetSettled,
  };
}
