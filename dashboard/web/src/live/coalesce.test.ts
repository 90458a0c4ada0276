import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { coalesce } from "./coalesce";

describe("coalesce", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const taking = (ms: number) => vi.fn(() => new Promise<void>((done) => setTimeout(done, ms)));

  it("makes one run of a burst", async () => {
    const run = taking(10);
    const reads = coalesce(run, 250);
    for (let i = 0; i < 50; i++) reads.request();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("runs again for a request made during a run, but never two at once", async () => {
    const run = taking(2_000);
    const reads = coalesce(run, 250);
    reads.request();
    await vi.advanceTimersByTimeAsync(100);
    reads.request();
    await vi.advanceTimersByTimeAsync(1_800);
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("keeps the gap under a flood", async () => {
    const run = taking(1);
    const reads = coalesce(run, 250);
    const flood = setInterval(() => reads.request(), 5);
    await vi.advanceTimersByTimeAsync(1_000);
    clearInterval(flood);
    expect(run.mock.calls.length).toBeLessThanOrEqual(5);
    expect(run.mock.calls.length).toBeGreaterThanOrEqual(4);
  });

  it("does nothing once stopped", async () => {
    const run = taking(1);
    const reads = coalesce(run, 250);
    reads.request();
    reads.stop();
    reads.request();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run).not.toHaveBeenCalled();
  });
});
