import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

describe("the events of a document", () => {
  it("each have a text of their own for people, in both languages", () => {
    const names = new Set<string>();
    for (const folder of ["boxes", "client", "intake", "ledger", "send"]) {
      for (const file of readdirSync(join(root, "lib", folder), { recursive: true, encoding: "utf8" })) {
        if (!file.endsWith(".ts")) continue;
        const source = readFileSync(join(root, "lib", folder, file), "utf8");
        for (const [, one, , other] of source.matchAll(/\{ event: (?:repeat \? )?"([\w-]+)"( : "([\w-]+)")?/g)) {
          for (const name of [one, other]) if (name) names.add(name);
        }
      }
    }
    assert.ok(names.size > 12, [...names].join());
    for (const language of ["en-US", "zh-CN"]) {
      const file = join(root, "nodes", "sidebar", "locales", language, "sidebar.json");
      const { sidebar } = JSON.parse(readFileSync(file, "utf8")) as { sidebar: { event: Record<string, string> } };
      const texts = Object.values(sidebar.event);
      assert.equal(new Set(texts).size, texts.length, "no two events read the same");
      for (const name of names) assert.ok(sidebar.event[name], `${language}: ${name}`);
    }
  });

  it("say of what was given back that it lies in OutBox, and not that the broker returned it", () => {
    const textOf = (language: string): string =>
      JSON.parse(readFileSync(join(root, "nodes", "sidebar", "locales", language, "sidebar.json"), "utf8")).sidebar
        .event.returned;
    for (const language of ["en-US", "zh-CN"]) assert.match(textOf(language), /OutBox/);
    assert.doesNotMatch(textOf("zh-CN"), /服务器/);
    assert.doesNotMatch(textOf("en-US"), /broker/);
  });
});
