import { onScopeDispose, shallowRef, type ShallowRef } from "vue";
import { readTrends, type Trend } from "../api/client";

const POLL_MS = 20_000;

/** The sensors of an area that are nearest to their limits; as they were last heard while the server is away. */
export function useTrends(area: string | null): Readonly<ShallowRef<readonly Trend[]>> {
  const trends = shallowRef<readonly Trend[]>([]);
  let timer: ReturnType<typeof setTimeout>;
  let stopped = false;

  async function read(): Promise<void> {
    const answer = await readTrends(area);
    if (answer.ok) trends.value = answer.value;
    if (!stopped) timer = setTimeout(read, POLL_MS);
  }

  void read();
  onScopeDispose(() => {
    stopped = true;
    clearTimeout(timer);
  });
  return trends;
}
