import { onScopeDispose, ref, watch, type Ref } from "vue";

const EVERY_MS = 4_000;
const PATIENCE_MS = 1_000;
/** Two falling notes, as a door bell: it is heard through talk, and nobody takes it for a telephone. Hertz, seconds. */
const NOTES = [
  { pitch: 880, at: 0, lasts: 0.25 },
  { pitch: 660, at: 0.3, lasts: 0.45 },
];
const LOUDNESS = 0.25;

export interface Alarm {
  /** The browser lets no page sound before somebody has touched it. */
  isMuted: Readonly<Ref<boolean>>;
  unmute(): void;
}

/** Sounds while there is something to sound for, and tells from the start whether it could. */
export function useAlarm(sounding: () => boolean, makeContext: () => AudioContext = () => new AudioContext()): Alarm {
  const context = makeContext();
  const isMuted = ref(false);
  let timer: ReturnType<typeof setInterval> | undefined;

  /** Where a page may not sound, a browser answers only once somebody has touched it, if at all. */
  async function wake(): Promise<void> {
    await Promise.race([context.resume(), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
    isMuted.value = context.state !== "running";
  }

  async function sound(): Promise<void> {
    await wake();
    if (isMuted.value || !sounding()) return;
    for (const { pitch, at, lasts } of NOTES) play(context, pitch, context.currentTime + at, lasts);
  }

  /** The sound card sleeps while there is nothing to sound for. */
  const rest = (): void => void (sounding() || isMuted.value || context.suspend());

  watch(
    sounding,
    (wanted) => {
      clearInterval(timer);
      if (wanted) timer = setInterval(sound, EVERY_MS);
      void (wanted ? sound() : wake().then(rest));
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearInterval(timer);
    void context.close();
  });
  return { isMuted, unmute: () => void (sounding() ? sound() : wake().then(rest)) };
}

function play(context: AudioContext, pitch: number, at: number, lasts: number): void {
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(LOUDNESS, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + lasts);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + lasts);
}
