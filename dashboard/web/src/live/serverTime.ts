import { onScopeDispose, ref, type Ref } from "vue";

// Counted from the server's last word by the monotonic clock: a wall whose own clock is wrong still shows right ages.
let serverMs = Date.now();
let heardAt = performance.now();

export function serverNow(): number {
  return serverMs + performance.now() - heardAt;
}

export function synchronise(serverTime: number): void {
  serverMs = serverTime;
  heardAt = performance.now();
}

/** The server's time in milliseconds, renewed as each second begins. */
export function useNow(): Readonly<Ref<number>> {
  const now = ref(serverNow());
  let timer: ReturnType<typeof setTimeout>;

  function tick(): void {
    now.value = serverNow();
    timer = setTimeout(tick, 1_000 - (now.value % 1_000));
  }

  tick();
  onScopeDispose(() => clearTimeout(timer));
  return now;
}
