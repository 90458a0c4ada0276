import { del, get, set } from "idb-keyval";
import { reactive, toRaw, watch } from "vue";

type Field = string | readonly unknown[] | null;

const isBlank = (draft: Record<string, Field>): boolean => Object.values(draft).every((field) => field === null || field.length === 0);

interface Kept<Draft> {
  at: number;
  draft: Draft;
}

/** What is being written, kept until it is sent: a cheap phone may throw the page away while its camera is open. */
export function useDraft<Draft extends Record<string, Field>>(name: string, blank: () => Draft, waitsMs = Infinity) {
  const key = `yihu.draft/${name}`;
  const draft = reactive(blank()) as Draft;

  const keep = (): Promise<void> => (isBlank(draft) ? del(key) : set(key, { at: Date.now(), draft: { ...toRaw(draft) } }));

  async function recall(): Promise<void> {
    const kept = await get<Kept<Draft>>(key);
    if (kept === undefined) return;
    if (Date.now() > kept.at + waitsMs) await del(key);
    else if (isBlank(draft)) Object.assign(draft, kept.draft);
  }

  /** By itself, too: the page may have let go of it by then. */
  async function clear(): Promise<void> {
    Object.assign(draft, blank());
    await del(key).catch(() => undefined);
  }

  recall().catch(() => undefined); // a phone that keeps nothing starts anew
  watch(draft, () => void keep().catch(() => undefined));
  return { draft, clear };
}
