import { onScopeDispose, ref, watch, type Ref } from "vue";

const EVERY_MS = 4_000;
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

/** Sounds while there is something to sound for. */
export function useAlarm(sounding: () => boolean, makeContext: () => AudioContext = () => new AudioContext()): Alarm {
  const isMuted = ref(false);
  let context: AudioContext | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;

  function sound(): void {
    context ??= makeContext();
    isMuted.value = context.state !== "running";
    if (isMuted.value) void context.resume().then(() => (isMuted.value = context?.state !== "running"));
    else for (const { pitch, at, lasts } of NOTES) play(context, pitch, context.currentTime + at, lasts);
  }

  function unmute(): void {
    void context?.resume().then(sound);
  }

  watch(
    sounding,
    (wanted) => {
      clearInterval(timer);
      if (!wanted) return;
      sound();
      timer = setInterval(sound, EVERY_MS);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearInterval(timer);
    void context?.close();
  });
  return { isMuted, unmute };
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
