import { describe, expect, it } from "vitest";
import { sliceOf, TELLING } from "../testing";
import type { Shown } from "../shown";
import { late, offenders } from "./late";
import { hours, matters } from "./most";
import { hotspots, recurrences } from "./places";
import { departments, grids, league, onTime, property, times } from "./rates";
import { blindness, precision, watchesOf } from "./watching";

const texts = ({ rows }: Shown): string[][] => rows.map((row) => row.map((cell) => cell.text));
const within = TELLING.within;
const due = { due_from: within.from, due_to: within.to };

describe("rates", () => {
  const days = [
    sliceOf({ key: "2026-11-02", begin: "b2", end: "e2", late: 0, rates: { ...sliceOf().rates, accept: { kept: 4, missed: 0, share: 1 } } }),
    sliceOf({ key: "2026-11-01", begin: "b1", end: "e1" }),
  ];

  it("are told day after day, each opening what was missed of that day", () => {
    const shown = onTime(days, TELLING);
    expect(shown.sentence).toBe("onTime.sentence 88 % – 100 % 8 1");
    expect(shown.opens).toEqual({ ...within, missed: "any" });
    expect(texts(shown)).toEqual([
      ["2026-11-01", "4", "75 %", "–", "100 %"],
      ["2026-11-02", "4", "100 %", "–", "100 %"],
    ]);
    expect(shown.rows[0]![2]!.opens).toEqual({ from: "b1", to: "e1", missed: "accept" });
  });

  it("of grids and departments begin where most is late", () => {
    const shown = grids([sliceOf({ key: "a", name: "甲", late: 1 }), sliceOf({ key: null, late: 3 })], TELLING);
    expect(texts(shown).map(([name]) => name)).toEqual(["nowhere", "甲"]);
    expect(shown.opens).toEqual({ ...within, grid: "-", missed: "any" });
    expect(departments([sliceOf({ key: "环卫所", late: 0 })], TELLING)).toMatchObject({ sentence: "departments.none", opens: null });
  });

  it("rank who is least late first, and of those alike who had most", () => {
    const shown = league([sliceOf({ key: "a", late: 2 }), sliceOf({ key: "b", late: 0 }), sliceOf({ key: "c", late: 0, tickets: 9 })], TELLING);
    expect(texts(shown).map((row) => row.slice(0, 4))).toEqual([["c", "1", "9", "0"], ["b", "2", "4", "0"], ["a", "3", "4", "2"]]);
  });

  it("say how long the slowest day took", () => {
    const slow = sliceOf({ key: "2026-11-03", begin: "b", end: "e", times: { ...sliceOf().times, handle: { median: 7200, p90: 9000 } } });
    expect(times([...days, slow], TELLING).sentence).toBe("times.day 2026-11-03 7200 s 9000 s");
    expect(times([], TELLING)).toMatchObject({ sentence: "times.none", opens: null, rows: [] });
  });
});

describe("property", () => {
  it("tells each compound with what its residents say; of no compound nothing opens", () => {
    const shown = property([sliceOf({ key: "c", name: "金沙", solved: 2, unsolved: 1, reopened: 1 }), sliceOf({ key: null })], TELLING);
    expect(shown.sentence).toBe("property.sentence 8 2 3");
    expect(shown.rows[0]![7]!.opens).toEqual({ ...within, class: "物业监管", area: "c", solved: false });
    expect(shown.rows[1]!.every((cell) => cell.opens === null)).toBe(true);
    expect(property([], TELLING).sentence).toBe("property.none 0 0 0");
    expect(property([sliceOf()], TELLING).sentence).toBe("property.unasked 4 0 0");
  });
});

describe("late", () => {
  it("counts steps by when they were due", () => {
    const grid = { key: "g", name: "甲", tickets: 3, accept: 2, handle: 1, close: 0, letter: 1 };
    const shown = late([grid], TELLING);
    expect(shown.sentence).toBe("late.sentence 甲 4 3 4");
    expect(shown.opens).toEqual({ ...due, grid: "g", missed: "any" });
    expect(shown.rows[0]![3]!.opens).toBeNull();
    expect(late([], TELLING).sentence).toBe("late.none");
  });

  it("gathers the steps of each holder", () => {
    const shown = offenders(
      [
        { holder: null, clock: "accept", missed: 1 },
        { holder: "王建军", clock: "accept", missed: 2 },
        { holder: "王建军", clock: "handle", missed: 3 },
      ],
      TELLING,
    );
    expect(texts(shown)).toEqual([["王建军", "2", "3", "0", "0"], ["nobody", "1", "0", "0", "0"]]);
    expect(shown.rows[1]![1]!.opens).toEqual({ ...due, missed_by: "-", missed: "accept" });
  });
});

describe("most", () => {
  it("counts what was neither rejected nor merged", () => {
    const shown = matters([sliceOf({ key: "rubbish", genuine: 1 }), sliceOf({ key: "fire", genuine: 3 })], TELLING);
    expect(shown.sentence).toBe("matters.sentence fire 3 4 75 %");
    expect(texts(shown)[0]).toEqual(["fire", "3", "0", "1"]);
  });

  it("knows every hour of the week", () => {
    const shown = hours([sliceOf({ key: "7 23", genuine: 5 })], TELLING);
    expect(shown.sentence).toBe("hours.sentence weekday.7 23 24 5 5");
    expect([shown.rows.length, shown.rows[0]!.length]).toEqual([7, 25]);
    expect(shown.rows[6]![24]).toEqual({ value: 5, text: "5", opens: { ...within, weekday: 7, hour: 23, genuine: true } });
  });
});

it("where nothing came in, nothing is drawn or opened", () => {
  for (const answer of [onTime, grids, departments, league, matters, hours]) {
    expect(answer([], TELLING)).toMatchObject({ opens: null, rows: [] });
  }
});

describe("places", () => {
  const place = { kind: "rubbish", site: null, device: null, zone: null, cell: "1,2", tickets: 3, recurrent: 1, last_at: "", title: "门口", area: "甲" };

  it("open what happened there", () => {
    const shown = recurrences([place], TELLING);
    expect(texts(shown)).toEqual([["rubbish · 门口 · 甲", "1", "2", "3"]]);
    expect(shown.opens).toEqual({ ...within, kind: "rubbish", genuine: true, cell: "1,2" });
    const seen = recurrences([{ ...place, cell: null, site: "s", device: "cam", zone: "kerb" }], TELLING);
    expect(seen.opens).toMatchObject({ site: "s", device: "cam", zone: "kerb" });
  });

  it("are named by area and position", () => {
    const shown = hotspots([{ cell: "104395,31125", position: [104.3951, 31.1251], tickets: 2, kind: "rubbish", area: null }], TELLING);
    expect(texts(shown)).toEqual([["nowhere · 104.3951, 31.1251", "2", "rubbish"]]);
  });
});

describe("precision", () => {
  const row = { site: "s", device: "cam", name: "路口", zone: "kerb", kind: "fire", version: "1", hour: 3, confirmed: 1, rejected: 2, reasons: { test: 2 } };

  it("takes the hours and versions of a rule together", () => {
    const shown = precision([row, { ...row, hour: 4, version: "2", rejected: 1, reasons: { reflection: 1 } }], TELLING);
    expect(texts(shown)).toEqual([["路口 · kerb · fire", "3", "2", "40 %", "desk.reason.test 2 + desk.reason.reflection 1"]]);
    expect(shown.opens).toEqual({ ...within, site: "s", device: "cam", zone: "kerb", kind: "fire", state: "rejected" });
  });

  it("says so where nothing was false, and where nothing was judged", () => {
    expect(precision([{ ...row, rejected: 0, reasons: {} }], TELLING)).toMatchObject({ opens: null, sentence: expect.stringContaining("precision.right") });
    expect(precision([], TELLING).sentence).toContain("precision.none");
  });

  it("tells devices of two sites apart", () => {
    expect(watchesOf([row, { ...row, site: "t", name: null }]).map((watch) => watch.name)).toEqual(["路口", "cam"]);
  });
});

describe("blindness", () => {
  const told = { devices: 2, blind: 1, known_s: 7200, blind_s: 3600, hours: [3600, ...Array<number>(23).fill(0)] };

  it("tells who, how long and when", () => {
    const worst = [{ site: "s", id: "cam", name: "路口", kind: "camera" as const, known_s: 3600, blind_s: 3600, hours: told.hours }];
    const shown = blindness({ ...told, worst }, TELLING);
    expect(shown.sentence).toBe("blindness.sentence 1 2 3600 s 50 %");
    expect(texts(shown)[0]!.slice(0, 4)).toEqual(["路口", "3600 s", "100 %", "3600 s"]);
    expect(shown.rows[0]![1]!.opens).toEqual({ ...within, site: "s", device: "cam" });
  });

  it("does not take what was never recorded for seen", () => {
    expect(blindness({ ...told, known_s: 0, blind: 0, worst: [] }, TELLING).sentence).toContain("blindness.unknown");
    expect(blindness({ ...told, blind: 0, blind_s: 0, worst: [] }, TELLING).sentence).toContain("blindness.none");
  });
});
