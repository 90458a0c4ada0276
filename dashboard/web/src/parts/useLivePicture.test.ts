import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { effectScope, nextTick, ref, type EffectScope } from "vue";
import { readPicture } from "../api/client";
import { useLivePicture, type LivePicture } from "./useLivePicture";

vi.mock("../api/client", () => ({ readPicture: vi.fn() }));

type Answer = (picture: ImageBitmap | null) => void;

describe("useLivePicture", () => {
  let page: { hidden: boolean };
  let scope: EffectScope;
  let live: LivePicture;
  let asked: { address: string; answer: Answer }[];
  const url = ref<string | null>(null);

  const picture = (): ImageBitmap => ({ close: vi.fn() }) as unknown as ImageBitmap;
  const second = () => vi.advanceTimersByTimeAsync(1_000);

  async function answer(picture: ImageBitmap | null): Promise<void> {
    asked.at(-1)!.answer(picture);
    await nextTick();
  }

  beforeEach(() => {
    vi.useFakeTimers();
    page = { hidden: false };
    vi.stubGlobal("document", page);
    url.value = "/one.jpg";
    asked = [];
    vi.mocked(readPicture).mockImplementation(
      (address) => new Promise((answer) => void asked.push({ address, answer })),
    );
    scope = effectScope();
    live = scope.run(() => useLivePicture(() => url.value))!;
  });

  afterEach(() => {
    scope.stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("keeps the old picture until the next has come, and no longer", async () => {
    const [first, next] = [picture(), picture()];
    await answer(first);
    await second();
    expect(live.picture.value).toBe(first);
    expect(first.close).not.toHaveBeenCalled();
    await answer(next);
    expect(live.picture.value).toBe(next);
    expect(first.close).toHaveBeenCalledOnce();
  });

  it("does not pile requests on a slow server", async () => {
    await vi.advanceTimersByTimeAsync(9_000);
    expect(asked).toHaveLength(1);
  });

  it("forgives a failure, then takes the old picture away", async () => {
    const first = picture();
    await answer(first);
    await second();
    await answer(null);
    expect([live.picture.value, live.failed.value]).toEqual([first, false]);
    for (let seconds = 0; seconds < 10; seconds++) {
      await second();
      await answer(null);
    }
    expect([live.picture.value, live.failed.value]).toEqual([null, true]);
    await second();
    const next = picture();
    await answer(next);
    expect([live.picture.value, live.failed.value]).toEqual([next, false]);
  });

  it("asks for nothing while nobody looks", async () => {
    await answer(picture());
    page.hidden = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(1);
  });

  it("forgets the picture of a camera that went blind", async () => {
    await answer(picture());
    url.value = null;
    await nextTick();
    expect(live.picture.value).toBeNull();
  });

  it("never shows one camera's picture as another's", async () => {
    const [old, late] = [picture(), picture()];
    await answer(old);
    await second();
    const slow = asked.at(-1)!;
    url.value = "/two.jpg";
    await nextTick();
    expect(live.picture.value).toBeNull();
    expect(asked.at(-1)!.address).toBe("/two.jpg");
    slow.answer(late);
    await nextTick();
    expect(live.picture.value).toBeNull();
    expect(late.close).toHaveBeenCalledOnce();
  });

  it("leaves no picture behind", async () => {
    const [last, late] = [picture(), picture()];
    await answer(last);
    await second();
    scope.stop();
    await answer(late);
    for (const one of [last, late]) expect(one.close).toHaveBeenCalledOnce();
  });
});
