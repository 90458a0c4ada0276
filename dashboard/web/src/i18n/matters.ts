import { computed, shallowRef } from "vue";
import { readMatters, readReporting, type Answer, type Matter, type Reporting } from "../api/client";

const RETRY_MS = 10_000;
const STORAGE_KEY = "yihu.matters";

/** The duty list by code, once it has been read; for who is signed in. */
export const matters = shallowRef<ReadonlyMap<string, Matter>>(new Map());

/** What can be reported, and by whom; for everybody, and from last time where there is no network. */
export const reporting = shallowRef<Reporting | null>(remembered());

/** How matters are called, by code. */
export const names = computed(() => new Map(reporting.value?.matters.map((matter) => [matter.code, matter])));

/** Read it, once for all screens. */
export const loadMatters = once(readMatters, (list) => {
  matters.value = new Map(list.map((matter) => [matter.code, matter]));
});

/** Read it, once for all screens. */
export const loadReporting = once(readReporting, (read) => {
  reporting.value = read;
  localStorage.setItem(STORAGE_KEY, JSON.stringify(read));
});

function once<T>(ask: () => Promise<Answer<T>>, take: (value: T) => void): () => void {
  let reading: Promise<void> | null = null;
  async function read(): Promise<void> {
    const answer = await ask();
    if (answer.ok) take(answer.value);
    else setTimeout(() => (reading = read()), RETRY_MS);
  }
  return () => void (reading ??= read());
}

function remembered(): Reporting | null {
  try {
    return JSON.parse(globalThis.localStorage?.getItem(STORAGE_KEY) ?? "null") as Reporting | null;
  } catch {
    return null; // somebody else's leftovers
  }
}
