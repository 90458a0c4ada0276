import { get, set } from "idb-keyval";
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { readMine, type Task } from "../api/client";
import { coalesce } from "../live/coalesce";
import { synchronise } from "../live/serverTime";
import { actsOf } from "../outbox/entries";
import { useOutbox } from "../outbox/useOutbox";
import { me } from "../people/session";
import { withActs } from "./tasks";

/** The stream tells of every candidate and every camera around: for a phone, to ask for the little that is its own is lighter. */
const POLL_MS = 15_000;
const MIN_GAP_MS = 1_000;
const STORAGE_KEY = "yihu.mine";

interface Known {
  by: string;
  /** Server time, milliseconds. */
  at: number;
  tasks: Task[];
}

/** My tickets: as they were last read, with what was done here since. */
export function useMine() {
  const known = shallowRef<Known | null>(null);
  const failure = ref<{ status: number | null } | null>(null);
  const outbox = useOutbox();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const done = computed(() => [...outbox.settled.value.map(({ entry }) => entry), ...outbox.waiting.value]);
  const tasks = computed(() => withActs(known.value?.tasks ?? [], actsOf(done.value)));

  async function read(): Promise<void> {
    clearTimeout(timer);
    const askedAt = performance.now();
    const answer = await readMine();
    failure.value = answer.ok ? null : { status: answer.status };
    if (answer.ok) {
      synchronise(answer.value.at);
      outbox.forgetSettled(askedAt);
      await keep({ by: me.value?.name ?? "", ...answer.value });
    }
    timer = setTimeout(lookAgain, POLL_MS);
  }

  /** What cannot be kept is shown all the same. */
  async function keep(read: Known): Promise<void> {
    known.value = read;
    await set(STORAGE_KEY, read).catch(() => undefined);
  }

  async function recallKept(): Promise<void> {
    const kept = await get<Known>(STORAGE_KEY).catch(() => undefined);
    if (kept?.by === me.value?.name) known.value ??= kept ?? null;
  }

  const reads = coalesce(read, MIN_GAP_MS);
  const lookAgain = (): void => void (document.visibilityState === "visible" && reads.request());

  document.addEventListener("visibilitychange", lookAgain);
  window.addEventListener("online", lookAgain);
  window.addEventListener("offline", lookAgain);
  void recallKept();
  reads.request();
  onScopeDispose(() => {
    clearTimeout(timer);
    reads.stop();
    document.removeEventListener("visibilitychange", lookAgain);
    window.removeEventListener("online", lookAgain);
    window.removeEventListener("offline", lookAgain);
  });
  return { known, tasks, failure, outbox, refresh: reads.request };
}
