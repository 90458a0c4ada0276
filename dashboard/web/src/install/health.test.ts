import { describe, expect, it } from "vitest";
import type { Device } from "../api/client";
import { messages } from "../i18n";
import { byHealth, healthOf, type What } from "./health";

const NOW = Date.parse("2026-10-01T12:00:00Z");
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

const device = (changes: Partial<Device>): Device => ({
  site: "tooley", id: "cam-1", kind: "camera", name: "东门", position: null, state: "online", state_at: ago(900), seen_at: ago(1),
  agent: "edge", detail: {}, picture: "/picture.jpg", picture_at: ago(1), blind: null, blind_since: null,
  ...changes,
});

const journal = (changes: Record<string, number>) => ({ journal: { waiting: 0, bytes: 0, limit: 1000, oldest_s: 0, ...changes } });

describe("healthOf", () => {
  it.each<[string, Partial<Device>, What, string]>([
    ["a camera that sees", {}, "well", "well"],
    ["a picture that is a minute old", { picture_at: ago(90) }, "oldPicture", "down"],
    ["no picture at all", { picture: null, picture_at: null }, "noPicture", "look"],
    ["no connection", { state: "offline", detail: { error: "401 Unauthorized" } }, "offline", "down"],
    ["an agent that is gone", { state: "offline", detail: { error: "its agent is offline" } }, "agentAway", "down"],
    ["a frozen stream", { state: "stalled" }, "stalled", "down"],
    ["a camera that just starts", { state: "starting", state_at: ago(5) }, "starting", "look"],
    ["a camera that never comes up", { state: "starting", state_at: ago(500) }, "starting", "down"],
    ["a camera that nobody reads", { state: "unknown" }, "unknown", "look"],
    ["a camera that was switched off", { state: "stopped" }, "stopped", "down"],
    ["a sensor that was switched off", { kind: "sensor", state: "stopped" }, "stopped", "down"],
    ["a lens that is covered", { blind: "camera_covered" }, "covered", "down"],
    ["what nobody has words for", { blind: "camera_dizzy" }, "blind", "down"],
    ["a sensor that speaks", { kind: "sensor", picture: null, picture_at: null }, "well", "well"],
    ["a sensor that nobody has heard yet", { kind: "sensor", state: "unknown" }, "sensorUnknown", "look"],
    ["a sensor without a line", { kind: "sensor", state: "offline" }, "sensorOffline", "down"],
    ["a sensor that fell silent", { kind: "sensor", state: "stalled" }, "sensorStalled", "down"],
    ["an agent", { kind: "agent" }, "well", "well"],
    ["an agent whose journal is short", { kind: "agent", detail: journal({ waiting: 9, bytes: 90, oldest_s: 2 }) }, "well", "well"],
    ["an agent that was cut off for long", { kind: "agent", detail: journal({ bytes: 900 }) }, "journalFull", "look"],
    ["an agent that catches up", { kind: "agent", detail: journal({ oldest_s: 3600 }) }, "catchingUp", "look"],
    ["an agent whose clock is off", { kind: "agent", detail: { clock: { offset_s: -3.5, error_s: 0.1 } } }, "clockOff", "look"],
    ["an agent whose clock may be off", { kind: "agent", detail: { clock: { offset_s: 3.5, error_s: 2 } } }, "well", "well"],
    ["an agent with a full disk", { kind: "agent", detail: journal({ failing: 1 }) }, "journalFailing", "down"],
    ["an agent without a link", { kind: "agent", state: "offline" }, "agentOffline", "down"],
    ["an agent that was switched off", { kind: "agent", state: "stopped" }, "agentStopped", "down"],
  ])("%s", (_name, changes, what, grade) => {
    const health = healthOf(device(changes), NOW);
    expect([health.what, health.grade]).toEqual([what, grade]);
    for (const words of [messages["zh-CN"].install, messages.en.install]) {
      expect(words.health[what]).not.toBe("");
      expect(words.todo[what] === "").toBe(what === "well");
    }
  });

  it("tells what the device says, and since when", () => {
    expect(healthOf(device({ state: "offline", detail: { error: "401 Unauthorized" } }), NOW)).toMatchObject({
      said: "401 Unauthorized", since: NOW - 900_000,
    });
    expect(healthOf(device({ picture_at: ago(90) }), NOW).since).toBe(NOW - 90_000);
  });
});

describe("byHealth", () => {
  it("puts the unhealthy first", () => {
    const all = [device({ id: "b" }), device({ id: "c", state: "unknown" }), device({ id: "d", state: "offline" }), device({ id: "a", kind: "agent" })];
    expect(byHealth(all, NOW).map((one) => one.device.id)).toEqual(["d", "c", "a", "b"]);
  });
});
