import { createStore, del, set, values } from "idb-keyval";
import type { Entry } from "./entries";

// One record each, so that keeping one does not write the photos of all the others again.
let kept: ReturnType<typeof createStore> | undefined;
const store = () => (kept ??= createStore("yihu-outbox", "entries"));

export const loadEntries = (): Promise<Entry[]> => values<Entry>(store());
export const putEntry = (entry: Entry): Promise<void> => set(entry.id, entry, store());
export const dropEntry = (id: string): Promise<void> => del(id, store());
