const EVENTS = ["hello", "ticket", "device", "incident"] as const;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

export interface Stream {
  close(): void;
}

export interface StreamListener {
  /** Something changed, or may have while the stream was away. */
  onSignal(): void;
  onOpenChange(open: boolean): void;
}

/** Between half of the delay and all of it, so that two hundred walls do not come back at once. */
export function backOff(attempt: number, random: () => number = Math.random): number {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  return delay * (0.5 + random() / 2);
}

export function openStream(
  url: string,
  listener: StreamListener,
  connect: (url: string) => EventSource = (to) => new EventSource(to),
): Stream {
  let source: EventSource;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

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
    for (const event of EVENTS) source.addEventListener(event, listener.onSignal);
  }

  start();
  return {
    close() {
      clearTimeout(timer);
      source.close();
    },
  };
}
