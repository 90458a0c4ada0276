import { describe, expect, it } from "vitest";
import type { Area } from "../api/client";
import { cameraOf, iso, NOON, ticketOf, wallOf } from "../testing/samples";
import { countsOf, NOTHING_KNOWN, pathOf, pointOf, pointsOf, withDevices, withKnown, withTickets, type Situation } from "./situation";

const situationOf = (...tickets: ReturnType<typeof ticketOf>[]): Situation => ({
  wall: wallOf({ tickets }),
  ...pointsOf({ points: tickets.map(pointOf), are_all: true }, null),
});

const idsOf = (situation: Situation) => situation.wall?.tickets.map((ticket) => ticket.id);

describe("withTickets", () => {
  const lamp = ticketOf({ id: "lamp", severity: "minor" });
  const fire = ticketOf({ id: "fire", severity: "critical" });

  it("puts a new one where its severity and its age belong", () => {
    const newer = ticketOf({ id: "newer", severity: "critical", opened_at: iso(NOON + 1) });
    const situation = withTickets(situationOf(lamp), new Map([["fire", fire], ["newer", newer]]));
    expect(idsOf(situation)).toEqual(["newer", "fire", "lamp"]);
    expect([...situation.points!.keys()].sort()).toEqual(["fire", "lamp", "newer"]);
  });

  it("lets nothing newer push out what nobody has seen to", () => {
    const [seen, unseen] = [{ acknowledged_by: "zhou" }, { acknowledged_by: null }].map((one, index) =>
      ticketOf({ id: `${index}`, severity: "critical", opened_at: iso(NOON - index), ...one }),
    );
    const many = Array.from({ length: 101 }, (_, index) => ({ ...seen!, id: `seen ${index}`, opened_at: iso(NOON + index) }));
    const situation = withTickets(situationOf(seen!, unseen!), new Map(many.map((ticket) => [ticket.id, ticket])));
    expect([idsOf(situation)?.[0], idsOf(situation)?.length]).toEqual(["1", 100]);
  });

  it("puts a known one in its own place, once", () => {
    const situation = withTickets(situationOf(fire, lamp), new Map([["lamp", { ...lamp, state: "accepted" as const, accepted_at: iso(NOON) }]]));
    expect(idsOf(situation)).toEqual(["fire", "lamp"]);
    expect(situation.points!.get("lamp")!.due).toBe(lamp.due.handle);
  });

  it.each([null, { ...fire, state: "closed" as const, ended_at: iso(NOON) }])("takes away what has ended or left", (gone) => {
    const situation = withTickets(situationOf(fire, lamp), new Map([["fire", gone]]));
    expect([idsOf(situation), situation.points!.size]).toEqual([["lamp"], 1]);
  });

  it("waits for the first reading", () => {
    expect(withTickets(NOTHING_KNOWN, new Map([["fire", fire]]))).toEqual(NOTHING_KNOWN);
  });
});

describe("what is read anew", () => {
  const [fire, lamp] = [ticketOf({ id: "fire" }), ticketOf({ id: "lamp" })];

  it("stays the object that it was where nothing has changed", () => {
    const { points: known } = situationOf(fire, lamp);
    const read = [pointOf(fire), { ...pointOf(lamp), severity: "critical" as const }];
    const { points } = pointsOf({ points: read, are_all: true }, known);
    expect(points!.get("fire")).toBe(known!.get("fire"));
    expect(points!.get("lamp")).toBe(read[1]);
  });

  it("keeps the devices that were not read, and the tickets that have not changed", () => {
    const [old, level, fresh] = [cameraOf(), cameraOf({ id: "level-1", kind: "sensor" }), cameraOf({ picture_at: iso(NOON) })];
    const known = wallOf({ devices: [old, level], tickets: [fire, lamp] });
    const accepted = { ...lamp, state: "accepted" as const };
    const { devices, tickets } = withKnown(wallOf({ devices: [fresh], tickets: [{ ...fire }, accepted] }), known);
    expect(devices).toEqual([level, fresh]);
    expect(withKnown(wallOf({ devices: [cameraOf()] }), known).devices[1]).toBe(old);
    expect(tickets[0]).toBe(fire);
    expect(tickets[1]).toBe(accepted);
  });
});

describe("withDevices", () => {
  it("changes, adds and takes away", () => {
    const blind = cameraOf({ state: "offline" });
    const other = cameraOf({ id: "cam-2" });
    const start: Situation = { wall: wallOf({ devices: [cameraOf()] }), points: null, isCut: false };
    const situation = withDevices(start, new Map([["tooley/cam-1", blind], ["tooley/cam-2", other]]));
    expect(situation.wall!.devices).toEqual([blind, other]);
    expect(withDevices(situation, new Map([["tooley/cam-1", null]])).wall!.devices).toEqual([other]);
  });
});

describe("countsOf", () => {
  it("does not count what was reopened as late while there is time to handle it", () => {
    const reopened = ticketOf({ state: "dispatched", accepted_at: iso(NOON) });
    expect(countsOf(situationOf(reopened), Date.parse(reopened.due.accept) + 1)!.overdue).toBe(0);
    expect(countsOf(situationOf(reopened), Date.parse(reopened.due.handle) + 1)!.overdue).toBe(1);
  });

  it("counts what the map shows, and what is late by now", () => {
    const late = ticketOf({ id: "late", severity: "critical", due: { ...ticketOf().due, accept: iso(NOON - 1) } });
    expect(countsOf(situationOf(ticketOf(), late), NOON)).toEqual({
      open: 2,
      overdue: 1,
      by_severity: { major: 1, critical: 1 },
      by_state: { candidate: 2 },
    });
  });

  it("says what the server counted where there are more than it gives", () => {
    const counts = { open: 25_000, overdue: 9_000, by_severity: {}, by_state: {} };
    const some = ["0", "1"].map((id) => ({ ...pointOf(ticketOf()), id }));
    const situation = withTickets({ wall: wallOf({ counts }), ...pointsOf({ points: some, are_all: false }, null) }, new Map([["0", null]]));
    expect(countsOf(situation, NOON)).toEqual(counts);
  });

  it("says what the server counted until there is a map", () => {
    const counts = { open: 7, overdue: 1, by_severity: {}, by_state: {} };
    expect(countsOf({ wall: wallOf({ counts }), points: null, isCut: false }, NOON)).toEqual(counts);
    expect(countsOf(NOTHING_KNOWN, NOON)).toBeNull();
  });
});

describe("pathOf", () => {
  const area = (code: string, parent: string | null, merged_into: string | null = null): [string, Area] => [
    code,
    { code, parent, merged_into, name: code, level: "grid", polygon: [] },
  ];

  it("leads to the root, by way of what an area was merged into", () => {
    const areas = new Map([area("1", null), area("11", "1"), area("119", "11"), area("111", "11", "119")]);
    expect(pathOf(areas, "111")).toEqual(["111", "119", "11", "1"]);
    expect(pathOf(areas, null)).toEqual([]);
  });

  it("ends where areas lie in each other", () => {
    expect(pathOf(new Map([area("1", "2"), area("2", "1")]), "1")).toEqual(["1", "2"]);
  });
});
