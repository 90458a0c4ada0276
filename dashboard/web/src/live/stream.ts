import type { Device, Ticket } from "../api/client";

const EVENTS = ["hello", "ticket", "device", "incident"] as const;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

export interface Stream {
  close(): void;
}

/** What changed, as it is now; null where it is not to be seen (any more). */
export type Change =
  | { kind: "ticket"; id: string; now: Ticket | null }
  | { kind: "device"; id: string; now: Device | null };

export interface StreamListener {
  onChange(change: Change): void;
  /** Something changed, or may have while the stream was away: it has to be read. */
  onSignal(): void;
  onOpenChange(open: boolean): void;
}

/** Between half of the delay and all of it, so that two hundred walls do not come back at once. */
export function backOff(attempt: number, random: () => number = Math.random): number {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  return delay * (0.5 + random() / 2);
}

/** Null where an event does not say what it is of. */
export function changeOf(kind: string, data: string): Change | null {
  const { id, ticket, device } = JSON.parse(data) as { id?: string; ticket?: Ticket | null; device?: Device | null };
  if (id === undefined) return null;
  if (kind === "ticket" && ticket !== undefined) return { kind, id, now: ticket };
  if (kind === "device" && device !== undefined) return { kind, id, now: device };
  return null;
}

export function openStream(
  url: string,
  listener: StreamListener,
  connect: (url: string) => EventSource = (to) => new EventSource(to),
): Stream {
  let source: EventSource;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function hear(event: string, data: string): void {
    const change = changeOf(event, data);
    // An incident's ticket is told beside it.
    if (change !== null) listener.onChange(change);
    else if (event !== "incident" || data === "{}") listener.onSignal();
  }

  function start(): void {
    source = connect(url);
    source.onopen = () => {
      attempt = 0;
      listener.onOpenChange(true);
    };
    source.onerror = () => {
      listener.onOpenChange(false);
      // While it is CONNECTING it tries again by itself; CLOSED (an error status, a wrong type) is for good.
      if (source.readyState === source.CLOSED) timer = setTimeout(start, backOff(attempt++));
    };
    for (const event of EVENTS) source.addEventListener(event, ({ data }) => hear(event, data as string));
  }

  start();
  return {
    close() {
      clearTimeout(timer);
      source.close();
    },
  };
}
