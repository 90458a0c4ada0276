import { shallowRef } from "vue";
import { readMatters, type Matter } from "../api/client";

const RETRY_MS = 10_000;

/** The duty list by code, once it has been read. */
export const matters = shallowRef<ReadonlyMap<string, Matter>>(new Map());

let reading: Promise<void> | null = null;

/** Read it, once for all screens. */
export function loadMatters(): void {
  reading ??= read();
}

async function read(): Promise<void> {
  const answer = await readMatters();
  if (answer.ok) matters.value = new Map(answer.value.map((matter) => [matter.code, matter]));
  else setTimeout(() => (reading = read()), RETRY_MS);
}
