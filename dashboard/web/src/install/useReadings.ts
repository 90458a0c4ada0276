import { onScopeDispose, ref, shallowRef } from "vue";
import { readReadings, type Reading } from "../api/client";
import { serverNow } from "../live/serverTime";

const EVERY_MS = 10_000;
const DAY_MS = 24 * 60 * 60_000;

/** What a sensor said within the last day; null until it was read. */
export function useReadings(site: string, device: string) {
  const readings = shallowRef<Reading[] | null>(null);
  const from = ref(serverNow() - DAY_MS);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  async function read(): Promise<void> {
    const since = serverNow() - DAY_MS;
    const answer = await readReadings(site, device, new Date(since).toISOString());
    if (over) return;
    if (answer.ok) [readings.value, from.value] = [answer.value, since];
    timer = setTimeout(() => void read(), EVERY_MS);
  }

  void read();
  onScopeDispose(() => {
    over = true;
    clearTimeout(timer);
  });
  return { readings, from };
}
