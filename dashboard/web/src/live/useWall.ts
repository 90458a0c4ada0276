import { onScopeDispose, shallowRef, type ShallowRef } from "vue";
import { readWall, STREAM_URL, type Wall } from "../api/client";
import { coalesce } from "./coalesce";
import type { Reception } from "./link";
import { serverNow, synchronise } from "./serverTime";
import { openStream } from "./stream";

const MIN_GAP_MS = 250;
const POLL_MS = 10_000;
const POLL_WITHOUT_STREAM_MS = 2_000;

export interface LiveWall {
  wall: Readonly<ShallowRef<Wall | null>>;
  reception: Readonly<ShallowRef<Reception>>;
}

/** The last good answer of the server, read anew on each signal and, behind that, by a slow poll. */
export function useWall(area: string | null): LiveWall {
  const wall = shallowRef<Wall | null>(null);
  const reception = shallowRef<Reception>({ startedAt: serverNow(), answeredAt: null, failure: null });
  let streaming = false;
  let poll: ReturnType<typeof setTimeout> | undefined;

  async function read(): Promise<void> {
    clearTimeout(poll);
    const answer = await readWall(area);
    if (answer.ok) {
      synchronise(Date.parse(answer.value.at));
      wall.value = answer.value;
      reception.value = { ...reception.value, answeredAt: serverNow(), failure: null };
    } else {
      reception.value = { ...reception.value, failure: { status: answer.status } };
    }
    poll = setTimeout(reads.request, answer.ok && streaming ? POLL_MS : POLL_WITHOUT_STREAM_MS);
  }

  const reads = coalesce(read, MIN_GAP_MS);
  const stream = openStream(STREAM_URL, {
    onSignal: reads.request,
    onOpenChange(open) {
      streaming = open;
      reads.request();
    },
  });
  reads.request();

  onScopeDispose(() => {
    stream.close();
    reads.stop();
    clearTimeout(poll);
  });
  return { wall, reception };
}
