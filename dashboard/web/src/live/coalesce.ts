export interface Coalesced {
  request(): void;
  stop(): void;
}

/**
 * Any number of requests become at most one run at a time, starts at least `minGapMs` apart.
 * A request made during a run is answered by another run: what that run read may already be old.
 */
export function coalesce(run: () => Promise<void>, minGapMs: number): Coalesced {
  let wanted = false;
  let running = false;
  let stopped = false;
  let startedAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function schedule(): void {
    if (stopped || running || !wanted || timer !== undefined) return;
    timer = setTimeout(start, Math.max(0, startedAt + minGapMs - performance.now()));
  }

  async function start(): Promise<void> {
    timer = undefined;
    wanted = false;
    running = true;
    startedAt = performance.now();
    try {
      await run();
    } finally {
      running = false;
      schedule();
    }
  }

  return {
    request() {
      wanted = true;
      schedule();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
