import { effectScope, nextTick, ref } from "vue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useAlarm } from "./useAlarm";

class FakeContext {
  currentTime = 0;
  readonly destination = {};
  readonly started: number[] = [];
  closed = false;

  constructor(
    public state: "running" | "suspended",
    private readonly allowed: () => boolean,
  ) {}

  async resume(): Promise<void> {
    if (this.allowed()) this.state = "running";
    else await new Promise(() => undefined); // as a browser does, until somebody touches the page
  }

  async suspend(): Promise<void> {
    this.state = "suspended";
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  createOscillator() {
    return {
      frequency: { value: 0 },
      connect: <T>(to: T) => to,
      start: (at: number) => this.started.push(at),
      stop: () => undefined,
    };
  }

  createGain() {
    const gain = { setValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined };
    return { gain, connect: () => undefined };
  }
}

function alarm(state: "running" | "suspended", wanted = true) {
  const sounding = ref(wanted);
  const touched = ref(state === "running");
  const context = new FakeContext(state, () => touched.value);
  const make = vi.fn(() => context as unknown as AudioContext);
  const scope = effectScope();
  const { isMuted, unmute } = scope.run(() => useAlarm(() => sounding.value, make))!;
  return { sounding, touched, context, make, scope, isMuted, unmute };
}

describe("useAlarm", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("sounds at once, again and again, and no more when it is seen to", async () => {
    const { sounding, context } = alarm("running");
    await vi.advanceTimersByTimeAsync(0);
    expect(context.started).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(context.started).toHaveLength(6);
    sounding.value = false;
    await nextTick();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(context.started).toHaveLength(6);
  });

  it("lets the sound card sleep while there is nothing to sound for", async () => {
    const { context, isMuted } = alarm("running", false);
    await vi.advanceTimersByTimeAsync(0);
    expect([context.state, context.started.length, isMuted.value]).toEqual(["suspended", 0, false]);
  });

  it("says before there is anything to sound for that it could not, and sounds once somebody has touched the page", async () => {
    const { sounding, touched, context, isMuted, unmute } = alarm("suspended", false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isMuted.value).toBe(true);
    touched.value = true;
    unmute();
    await vi.advanceTimersByTimeAsync(0);
    expect([isMuted.value, context.started.length]).toEqual([false, 0]);
    sounding.value = true;
    await vi.advanceTimersByTimeAsync(0);
    expect(context.started).toHaveLength(2);
  });

  it("says that the browser keeps it quiet, until somebody touches the page", async () => {
    const { context, isMuted, touched, unmute } = alarm("suspended");
    await vi.advanceTimersByTimeAsync(1_000);
    expect([isMuted.value, context.started.length]).toEqual([true, 0]);
    touched.value = true;
    unmute();
    await vi.advanceTimersByTimeAsync(0);
    expect([isMuted.value, context.started.length]).toEqual([false, 2]);
  });

  it("leaves nothing behind", async () => {
    const { context, scope } = alarm("running");
    await vi.advanceTimersByTimeAsync(0);
    scope.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([context.closed, context.started.length]).toEqual([true, 2]);
  });
});
