import { expect, it } from "vitest";
import type { Device } from "../api/client";
import { journalOf } from "./journal";

const told = (detail: Device["detail"]) => journalOf({ detail } as Device);

it("adds up what had to go, pictures and all else", () => {
  expect(told({ journal: { dropped_frame: 12, dropped_telemetry: 3, dropped_status: 1 } })).toMatchObject({ pictures: 12, others: 4 });
});

it("is empty where an agent says nothing of it", () => {
  const nothing = { waiting: 0, bytes: 0, limit: 0, oldest_s: 0, pictures: 0, others: 0, failing: false };
  expect(told({})).toEqual(nothing);
  expect(told({ journal: { waiting: "many" } })).toEqual(nothing);
});
