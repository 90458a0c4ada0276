import { describe, expect, it } from "vitest";
import { chooseLanguage, messages } from ".";

/** Each message as "path.to.key {placeholder}…", so that a forgotten placeholder shows as well. */
function outline(messages: object, path = ""): string[] {
  return Object.entries(messages)
    .flatMap(([key, value]) =>
      typeof value === "string"
        ? [[path + key, ...[...value.matchAll(/\{\w+\}/g)].map(String).sort()].join(" ")]
        : outline(value, `${path}${key}.`),
    )
    .sort();
}

describe("messages", () => {
  it("have the same keys and placeholders in both languages", () => {
    expect(outline(messages.en)).toEqual(outline(messages["zh-CN"]));
  });
});

describe("chooseLanguage", () => {
  it("takes the address before memory before Chinese", () => {
    expect(chooseLanguage("en", "zh-CN")).toBe("en");
    expect(chooseLanguage(null, "en")).toBe("en");
    expect(chooseLanguage("zh", "en")).toBe("zh-CN");
    expect(chooseLanguage("fr", null)).toBe("zh-CN");
    expect(chooseLanguage(null, null)).toBe("zh-CN");
  });
});
