import { del, get, set } from "idb-keyval";
import { reactive, toRaw, watch } from "vue";

type Field = string | readonly unknown[] | null;

const isBlank = (draft: Record<string, Field>): boolean => Object.values(draft).every((field) => field === null || field.length === 0);

/** What is being written, kept until it is sent: a cheap phone may throw the page away while its camera is open. */
export function useDraft<Draft extends Record<string, Field>>(name: string, blank: () => Draft) {
  const key = `yihu.draft/${name}`;
  const draft = reactive(blank()) as Draft;

  const keep = (): Promise<void> => (isBlank(draft) ? del(key) : set(key, { ...toRaw(draft) }));

  async function recall(): Promise<void> {
    const kept = await get<Draft>(key);
    if (kept !== undefined && isBlank(draft)) Object.assign(draft, kept);
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
