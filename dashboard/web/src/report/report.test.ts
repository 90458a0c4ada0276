import { describe, expect, it } from "vitest";
import type { Followed, Reportable, State } from "../api/client";
import { groupsOf, titleOf } from "./choice";
import { progressOf } from "./progress";
import { withReport } from "./remembered";
import { troubleOf } from "./useReport";

const MATTERS: Reportable[] = [
  { code: "rubbish", zh: "垃圾堆积", en: "Rubbish", class_zh: "市容环境", class_en: "City appearance" },
  { code: "street_lamp", zh: "路灯故障", en: "Street lamp", class_zh: "公共设施", class_en: "Public facilities" },
  { code: "toilet", zh: "公厕问题", en: "Public toilet", class_zh: "市容环境", class_en: "City appearance" },
];

describe("groupsOf", () => {
  it("groups by class in the order of the list", () => {
    expect(groupsOf(MATTERS, "", "zh-CN").map(({ name, matters }) => [name, matters.length])).toEqual([["市容环境", 2], ["公共设施", 1]]);
  });

  it("finds by any name, in either language, and by the class", () => {
    const found = (words: string) => groupsOf(MATTERS, words, "en").flatMap(({ matters }) => matters.map(({ code }) => code));
    expect(found(" LAMP ")).toEqual(["street_lamp"]);
    expect(found("垃圾")).toEqual(["rubbish"]);
    expect(found("public")).toEqual(["street_lamp", "toilet"]);
    expect(found("whale")).toEqual([]);
  });
});

describe("titleOf", () => {
  it("is the first line, or what the matter is called", () => {
    expect(titleOf("  3栋门口\n一整排", "路灯故障")).toBe("3栋门口");
    expect(titleOf(" \n ", "路灯故障")).toBe("路灯故障");
    expect(titleOf("长".repeat(80), "x")).toHaveLength(60);
    expect([...titleOf("🚲".repeat(80), "x")]).toHaveLength(60);
  });
});

describe("progressOf", () => {
  const due = { accept: "A", handle: "H", close: "C" };
  const step = (action: string, state: State, at: string) => ({ action, state, at });
  const followed = (state: State, ...steps: Followed["steps"]) => ({ state, opened_at: "0", due, steps });

  it("tells when each stage was reached, and by when the next are due", () => {
    const marks = progressOf(followed("accepted", step("open", "candidate", "0"), step("confirm", "dispatched", "1"), step("accept", "accepted", "2")));
    expect(marks.map(({ stage, reached, at }) => [stage, reached, at])).toEqual([
      ["received", true, "0"], ["sent", true, "1"], ["accepted", true, "2"], ["handled", false, "H"], ["closed", false, "C"],
    ]);
    expect(marks.find(({ current }) => current)?.stage).toBe("accepted");
  });

  it("goes back to where it is being done again", () => {
    const steps = [step("confirm", "dispatched", "1"), step("close", "closed", "4"), step("reopen", "dispatched", "5")];
    const marks = progressOf(followed("dispatched", ...steps));
    expect(marks.map(({ reached }) => reached)).toEqual([true, true, false, false, false]);
    expect(marks[1]?.at).toBe("5");
  });

  it("ends where it was not taken up", () => {
    const marks = progressOf(followed("rejected", step("reject", "rejected", "3")));
    expect(marks.map(({ stage, at }) => [stage, at])).toEqual([["received", "0"], ["rejected", "3"]]);
  });

  it("is only received where a report has just been taken", () => {
    expect(progressOf(followed("candidate")).filter(({ current }) => current).map(({ stage }) => stage)).toEqual(["received"]);
  });
});

describe("withReport", () => {
  it("puts the newest first, each once, and not for ever", () => {
    const many = Array.from({ length: 20 }, (_, index) => ({ follow: `${index}`, number: "", title: "" }));
    const known = withReport(many, many[5]!);
    expect([known[0]?.follow, known.length]).toEqual(["5", 20]);
    expect(withReport(many, { follow: "new", number: "", title: "" })).toHaveLength(20);
  });
});

describe("troubleOf", () => {
  it("says what to do next", () => {
    expect(troubleOf(429, 3541)).toEqual({ what: "tooMuch", n: 60, status: 429 });
    expect(troubleOf(401).what).toBe("closed");
    expect(troubleOf(null).what).toBe("unreachable");
    expect(troubleOf(422).what).toBe("refused");
    expect(troubleOf(503).what).toBe("failing");
  });
});
