import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { effectScope, type EffectScope } from "vue";
import { useLivePicture, type LivePicture } from "./useLivePicture";

describe("useLivePicture", () => {
  let page: { hidden: boolean };
  let url: string | null;
  let scope: EffectScope;
  let live: LivePicture;

  const states = () => live.pictures.value.map(({ loaded }) => (loaded ? "shown" : "coming"));

  beforeEach(() => {
    vi.useFakeTimers();
    page = { hidden: false };
    vi.stubGlobal("document", page);
    url = "/picture.jpg";
    scope = effectScope();
    live = scope.run(() => useLivePicture(() => url))!;
  });

  afterEach(() => {
    scope.stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("keeps the old picture until the next has loaded", () => {
    expect(states()).toEqual(["coming"]);
    live.onLoad();
    const first = live.pictures.value[0]!.address;
    vi.advanceTimersByTime(1_000);
    expect(states()).toEqual(["shown", "coming"]);
    live.onLoad();
    expect(states()).toEqual(["shown"]);
    expect(live.pictures.value[0]!.address).not.toBe(first);
  });

  it("does not pile requests on a slow server", () => {
    const asked = live.pictures.value[0]!.address;
    vi.advanceTimersByTime(9_000);
    expect(live.pictures.value.map(({ address }) => address)).toEqual([asked]);
  });

  it("forgives a failure, then takes the old picture away", () => {
    live.onLoad();
    vi.advanceTimersByTime(1_000);
    live.onError();
    expect([states(), live.failed.value]).toEqual([["shown"], false]);
    for (let second = 0; second < 10; second++) {
      vi.advanceTimersByTime(1_000);
      live.onError();
    }
    expect([states(), live.failed.value]).toEqual([[], true]);
    vi.advanceTimersByTime(1_000);
    live.onLoad();
    expect([states(), live.failed.value]).toEqual([["shown"], false]);
  });

  it("counts a request that never ends as a failure", () => {
    live.onLoad();
    vi.advanceTimersByTime(12_000);
    expect([states(), live.failed.value]).toEqual([["coming"], true]);
  });

  it("asks for nothing while nobody looks", () => {
    live.onLoad();
    page.hidden = true;
    vi.advanceTimersByTime(5_000);
    expect(states()).toEqual(["shown"]);
  });

  it("forgets the picture of a camera that went blind", () => {
    live.onLoad();
    url = null;
    vi.advanceTimersByTime(1_000);
    expect(states()).toEqual([]);
  });
});
