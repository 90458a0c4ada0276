import { createSSRApp, h } from "vue";
import { renderToString } from "vue/server-renderer";
import { createI18n } from "vue-i18n";
import { describe, expect, it } from "vitest";
import type { Rule, RuleField, RuleKind } from "../api/client";
import { messages } from "../i18n";
import { useRuleWords } from "./useRuleWords";

const field = (name: string, shape: RuleField["shape"], optional = false): RuleField => ({
  name, shape, optional, least: null, over: false, most: null,
});
const PARKING: RuleKind = {
  kind: "illegal_parking", device: "camera", severity: "major", about: "A vehicle.", usual: { kind: "illegal_parking" },
  fields: [
    field("hours", "hours"), field("exempt", "hours", true), field("objects", "labels"), field("dwell", "duration"),
    field("queue", "duration"), field("grace", "duration"),
  ],
};
const CROWD: RuleKind = {
  ...PARKING, kind: "crowd", usual: { kind: "crowd" },
  fields: [field("hours", "hours"), field("objects", "labels"), field("count", "integer"), field("for", "duration")],
};

/** The whole sentence, as people read it. */
async function told(rule: Rule, kind: RuleKind, locale: "en" | "zh-CN"): Promise<string> {
  let said = "";
  const app = createSSRApp({
    setup() {
      const { sentence, value } = useRuleWords();
      const fill = (gap: string): string => {
        const named = kind.fields.find(({ name }) => name === gap);
        return named === undefined ? `<${gap}>` : value(rule, named);
      };
      said = sentence(rule, kind).parts.map((part) => ("text" in part ? part.text : fill(part.gap))).join("");
      return () => h("p");
    },
  });
  app.use(createI18n({ legacy: false, locale, messages }));
  await renderToString(app);
  return said;
}

describe("a rule in words", () => {
  const parking = { kind: "illegal_parking", hours: "07:00-09:00, 17:00-19:00", objects: ["car"], dwell: 180, queue: 300, grace: 600 };

  it("tells each of its spans, what is exempt and the grace", async () => {
    expect(await told({ ...parking, exempt: "12:00-13:30" }, PARKING, "zh-CN")).toBe(
      "07:00-09:00和17:00-19:00（豁免：12:00-13:30），小汽车在 <zone> 停留超过 3 分钟 就报 <kind>；与旁边一起排队的，至少等 5 分钟；时段开始前就停着的，宽限 10 分钟",
    );
    expect(await told(parking, PARKING, "en")).toMatch(/^07:00-09:00 and 17:00-19:00 \(exempt: never\): car in <zone> .* has 10 min more$/);
  });

  it("counts whatever it looks for", async () => {
    const crowd = { kind: "crowd", hours: "00:00-24:00", objects: ["person"], count: 10, for: 20 };
    expect(await told(crowd, CROWD, "zh-CN")).toBe("全天，<zone> 里人数达到 10，持续 20 秒 就报 <kind>");
    expect(await told({ ...crowd, objects: ["car"] }, CROWD, "en")).toBe("All day: 10 × car in <zone> for 20 s is <kind>");
  });
});
