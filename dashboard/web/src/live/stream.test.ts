import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ticketOf } from "../testing/samples";
import { backOff, changeOf, openStream } from "./stream";

class FakeSource extends EventTarget {
  readonly CLOSED = 2;
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  fail(readyState: 0 | 2): void {
    this.readyState = readyState;
    this.onerror?.();
  }

  close(): void {
    this.readyState = 2;
  }
}

const messageOf = (name: string, data: object) => new MessageEvent(name, { data: JSON.stringify(data) });

function opened() {
  const sources: FakeSource[] = [];
  const listener = { onChange: vi.fn(), onSignal: vi.fn(), onOpenChange: vi.fn() };
  const stream = openStream("/api/stream", listener, () => {
    const source = new FakeSource();
    sources.push(source);
    return source as unknown as EventSource;
  });
  const last = () => sources[sources.length - 1]!;
  return { sources, listener, stream, last };
}

describe("backOff", () => {
  it("doubles up to a cap, jittered between half and all", () => {
    const all = () => 1;
    const none = () => 0;
    expect([0, 1, 2, 10].map((n) => backOff(n, all))).toEqual([1_000, 2_000, 4_000, 30_000]);
    expect([0, 10].map((n) => backOff(n, none))).toEqual([500, 15_000]);
  });
});

describe("changeOf", () => {
  it("tells what is not to be seen any more from what is not told", () => {
    expect(changeOf("ticket", '{"id": "1", "ticket": null}')).toEqual({ kind: "ticket", id: "1", now: null });
    expect(changeOf("device", '{"id": "tooley/cam-1"}')).toBeNull();
    expect(changeOf("ticket", "{}")).toBeNull();
  });
});

describe("openStream", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("signals on each named event that does not say what it is of", () => {
    const { listener, last } = opened();
    for (const name of ["hello", "ticket", "device", "incident"]) last().dispatchEvent(messageOf(name, {}));
    last().dispatchEvent(messageOf("ticket", { id: "ticket-1" }));
    last().dispatchEvent(new Event("message"));
    expect(listener.onSignal).toHaveBeenCalledTimes(5);
    expect(listener.onChange).not.toHaveBeenCalled();
  });

  it("says what changed where the event says it, and leaves an incident to its ticket", () => {
    const { listener, last } = opened();
    const ticket = ticketOf();
    last().dispatchEvent(messageOf("ticket", { id: ticket.id, ticket }));
    last().dispatchEvent(messageOf("incident", { id: "incident-1" }));
    expect(listener.onChange.mock.calls).toEqual([[{ kind: "ticket", id: ticket.id, now: ticket }]]);
    expect(listener.onSignal).not.toHaveBeenCalled();
  });

  it("leaves a reconnecting source alone", async () => {
    const { sources, listener, last } = opened();
    last().open();
    last().fail(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sources).toHaveLength(1);
    expect(listener.onOpenChange.mock.calls).toEqual([[true], [false]]);
  });

  it("makes a closed source anew, ever later, and starts over after success", async () => {
    const { sources, last } = opened();
    for (let attempt = 0; attempt < 4; attempt++) {
      last().fail(2);
      await vi.advanceTimersByTimeAsync(1_000 * 2 ** attempt);
      expect(sources).toHaveLength(attempt + 2);
    }
    last().open();
    last().fail(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sources).toHaveLength(6);
  });

  it("stays closed when closed by us", async () => {
    const { sources, stream, last } = opened();
    last().fail(2);
    stream.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sources).toHaveLength(1);
  });
});
