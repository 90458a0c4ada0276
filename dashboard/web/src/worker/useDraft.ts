import { del, get, set } from "idb-keyval";
import { ref, watch } from "vue";

export interface Draft {
  photos: string[];
  words: string;
}

/** What is being written of a ticket, kept: a cheap phone may throw the page away while its camera is open. */
export function useDraft(name: string) {
  const key = `yihu.draft/${name}`;
  const draft = ref<Draft>({ photos: [], words: "" });

  const keep = ({ photos, words }: Draft): Promise<void> =>
    photos.length > 0 || words !== "" ? set(key, { photos: [...photos], words }) : del(key);

  async function recall(): Promise<void> {
    const kept = await get<Draft>(key);
    if (kept !== undefined && draft.value.photos.length === 0 && draft.value.words === "") draft.value = kept;
  }

  recall().catch(() => undefined); // a phone that keeps nothing starts anew
  watch(draft, (now) => void keep(now).catch(() => undefined), { deep: true });
  return { draft, clear: () => void (draft.value = { photos: [], words: "" }) };
}
