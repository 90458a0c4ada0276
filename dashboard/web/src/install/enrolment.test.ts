import { describe, expect, it } from "vitest";
import type { Device } from "../api/client";
import { agentsOf, commandOf, isOpenLine, NAME } from "./enrolment";

const device = (site: string, kind: string, id: string, agent: string | null): Device => ({ site, kind, id, agent }) as Device;

describe("an enrolment", () => {
  it("offers the agents of its site", () => {
    const devices = [
      device("a", "camera", "cam-1", "gate"),
      device("a", "camera", "cam-2", "edge"),
      device("a", "sensor", "level-1", null),
      device("a", "agent", "edge", null),
      device("b", "camera", "cam-1", "other"),
    ];
    expect(agentsOf(devices, "a")).toEqual(["edge", "gate"]);
  });

  it("is one command, which says where the line is open", () => {
    expect(commandOf("https://centre.example:8443", "ab")).toBe("yihu edge enrol https://centre.example:8443 ab");
    expect(commandOf("http://10.0.0.1:8080", "ab")).toBe("yihu edge enrol http://10.0.0.1:8080 ab --insecure");
    expect(["http://localhost:8080", "http://127.0.0.1", "http://[::1]:1", "https://x"].map(isOpenLine)).toEqual(Array(4).fill(false));
  });

  it("takes names as topics have them", () => {
    expect(["box-1", "Box", "", "a b", "x".repeat(41)].map((name) => NAME.test(name))).toEqual([true, false, false, false, false]);
  });
});
