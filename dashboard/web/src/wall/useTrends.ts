import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from "vue";
import { readTrends, type Trend } from "../api/client";
import { serverNow } from "../live/serverTime";

const POLL_MS = 20_000;
const RETRY_MS = 2_000;

export interface Trends {
  /** As they were last heard, while the server is away. */
  trends: Readonly<ShallowRef<readonly Trend[]>>;
  /** Since when they cannot be read; null while they can. */
  missingSince: Readonly<Ref<number | null>>;
}

/** The sensors of an area that are nearest to their limits. */
export function useTrends(area: string | null): Trends {
  const trends = shallowRef<readonly Trend[]>([]);
  const missingSince = ref<number | null>(null);
  let timer: ReturnType<typeof setTimeout>;
  let stopped = false;

  async function read(): Promise<void> {
    const answer = await readTrends(area);
    if (answer.ok) trends.value = answer.value;
    missingSince.value = answer.ok ? null : (missingSince.value ?? serverNow());
    if (!stopped) timer = setTimeout(read, answer.ok ? POLL_MS : RETRY_MS);
  }

  void read();
  onScopeDispose(() => {
    stopped = true;
    clearTimeout(timer);
  });
  return { trends, missingSince };
}
