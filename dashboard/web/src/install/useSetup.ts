import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { readSetup, saveSetup, type DeviceSetup, type Watched } from "../api/client";
import { faultsOf, isSame } from "./draft";
import { begin, commit, redo, undo, type History } from "./history";

const RETRY_MS = 5_000;

/** What came of the last try to save. */
export interface Outcome {
  what: "done" | "refused" | "unreachable" | "stale";
  errors: readonly string[];
}

const watchedOf = ({ zones, rules }: Watched): Watched => ({ zones, rules });

/** A device's zones or rules as they hold, and the draft in which somebody changes them. */
export function useSetup(site: string, device: string) {
  const stored = shallowRef<DeviceSetup | null>(null);
  const history = shallowRef<History<Watched> | null>(null);
  const status = ref<number | null | undefined>(undefined);
  const outcome = shallowRef<Outcome | null>(null);
  const busy = ref(false);
  let retry: ReturnType<typeof setTimeout> | undefined;

  const draft = computed(() => history.value?.present ?? null);
  const dirty = computed(() => stored.value !== null && draft.value !== null && !isSame(stored.value, draft.value));
  const faults = computed(() => (draft.value === null ? [] : faultsOf(draft.value)));

  /** Read what holds; the draft stays unless it is to be given up. */
  async function read(giveUp: boolean): Promise<void> {
    clearTimeout(retry);
    const answer = await readSetup(site, device);
    status.value = answer.ok ? undefined : answer.status;
    if (answer.ok) take(answer.value, giveUp);
    else if (answer.status !== 404 && answer.status !== 403) retry = setTimeout(() => void read(giveUp), RETRY_MS);
  }

  function take(setup: DeviceSetup, giveUp: boolean): void {
    stored.value = setup;
    if (giveUp || history.value === null) history.value = begin(watchedOf(setup));
  }

  function change(next: Watched, tag: string | null = null): void {
    if (history.value === null) return;
    history.value = commit(history.value, next, tag);
    if (outcome.value?.what !== "stale") outcome.value = null;
  }

  const step = (go: typeof undo) => (): void => {
    if (history.value !== null) history.value = go(history.value);
  };

  async function save(): Promise<void> {
    if (stored.value === null || draft.value === null || busy.value || faults.value.length > 0) return;
    busy.value = true;
    const answer = await saveSetup(site, device, stored.value.version, draft.value);
    busy.value = false;
    if (answer.ok) {
      take(answer.value, true);
      outcome.value = { what: "done", errors: [] };
    } else {
      const { status: refused, errors = [] } = answer;
      if (refused === 409) await read(false); // to go on from theirs, whichever of the two it is to be
      outcome.value = { what: refused === 409 ? "stale" : refused === 422 ? "refused" : "unreachable", errors };
    }
  }

  const revert = (): void => {
    if (stored.value !== null) change(watchedOf(stored.value));
  };

  /** Somebody else was quicker: take theirs, or put mine in their place. */
  function settle(whose: "theirs" | "mine"): void {
    outcome.value = null;
    if (whose === "theirs") revert();
    else void save();
  }

  void read(true);
  onScopeDispose(() => clearTimeout(retry));
  return {
    stored, draft, dirty, faults, status, outcome, busy, change, save, settle, revert,
    undo: step(undo),
    redo: step(redo),
    canUndo: computed(() => (history.value?.past.length ?? 0) > 0),
    canRedo: computed(() => (history.value?.future.length ?? 0) > 0),
  };
}

export type SetupState = ReturnType<typeof useSetup>;
