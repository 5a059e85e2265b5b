import { localeSchema } from "@pulsekeep/contracts/api/shared";
import { SLACK_KINDS } from "@pulsekeep/contracts/api/slack";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { composeMessage, composeTest, type DeploymentFacts, type SlackMessage } from "./slack-message.js";
import { SLACK_TEXTS } from "./slack-texts.js";

const URL_OF_IT = "https://pulsekeep.example/app/deployments/1";
const FACTS: DeploymentFacts = {
  kind: "rollback_recommended",
  locale: "en",
  project: "Shop",
  number: 12,
  environment: "prod",
  service: "",
  version: "v2.4.1",
  branch: null,
  verdict: { state: "rollback_recommended", confidence: 0.974 },
  reasons: [
    { key: "reason.user_facing_critical", params: { metric: "error_rate" }, metric: "error_rate" },
    { key: "reason.pipeline_failed", params: {}, metric: null },
  ],
  url: URL_OF_IT,
};
const textsOf = ({ text, blocks }: SlackMessage) => [
  text,
  ...blocks.flatMap((block) => [block.text?.text ?? "", ...(block.fields ?? []).map((field) => field.text)]),
];
const all = (message: SlackMessage) => textsOf(message).join("\n");

describe("a message of a deployment", () => {
  it("names project, number, environment, verdict, reasons and where to look", () => {
    const message = composeMessage(FACTS);
    expect(message.text).toBe(":rotating_light: Critical: roll back Shop, deployment 12? (prod)");
    expect(message.blocks[1]?.fields?.map((field) => field.text)).toEqual([
      "*Environment*\nprod",
      "*Version*\nv2.4.1",
      "*Verdict*\nrollback recommended",
      "*Confidence*\n97%",
    ]);
    expect(message.blocks[2]?.text?.text).toMatch(/^The service is clearly worse.*\n• .*\n• .*pipeline/i);
    expect(message.blocks[3]?.text?.text).toBe(`<${URL_OF_IT}|Open deployment 12>`);
  });

  it.each(localeSchema.options)(
    "defect 8: is called critical for a recommended rollback alone, in %s",
    (locale) => {
      const critical = /criti|críti|kriti/i;
      for (const kind of SLACK_KINDS) {
        const state = kind === "rollback_recommended" ? kind : "warning";
        const message = composeMessage({
          ...FACTS,
          kind,
          locale,
          verdict: { state, confidence: 1 },
          reasons: [],
        });
        expect([kind, critical.test(all(message))]).toEqual([kind, kind === "rollback_recommended"]);
      }
    },
  );

  it("is in the reader's language, and in English where that is none of ours", () => {
    expect(composeMessage({ ...FACTS, locale: "fr" }).text).toContain("Critique : revenir en arrière ?");
    expect(composeMessage({ ...FACTS, locale: "xx" }).text).toContain("Critical");
  });

  it("says nothing of a verdict that has no consequences", () => {
    const message = composeMessage({ ...FACTS, kind: "pipeline_failed", verdict: null, reasons: [] });
    expect(all(message)).not.toMatch(/verdict|confidence/i);
  });

  it("counts the reasons that it leaves out", () => {
    const reasons = Array.from({ length: 9 }, () => FACTS.reasons[1]).filter(
      (reason) => reason !== undefined,
    );
    expect(all(composeMessage({ ...FACTS, reasons }))).toContain("… and 4 more on its page");
  });

  it("calls nobody, links nowhere and stays within Slack's limits, whatever things are named", () => {
    const name = fc.oneof(
      fc.constantFrom(
        "<!channel>",
        "<https://evil.example|Open>",
        "<@U1>",
        "a\n\nb",
        "&lt;!here&gt;",
        "😀".repeat(40),
      ),
      fc.string({ minLength: 1, maxLength: 80, unit: "binary" }),
    );
    fc.assert(
      fc.property(name, name, fc.constantFrom(...SLACK_KINDS), (project, other, kind) => {
        const message = composeMessage({
          ...FACTS,
          kind,
          project,
          service: other,
          version: other,
          branch: other,
        });
        const [header, ...rest] = message.blocks;
        const marked = [
          message.text,
          ...rest.flatMap((it) => [it.text?.text ?? "", ...(it.fields ?? []).map((f) => f.text)]),
        ];
        expect(marked.join("\n").replace(`<${URL_OF_IT}|`, "").match(/</g)).toBeNull();
        expect(header?.text).toMatchObject({ type: "plain_text" });
        expect(header?.text?.text.length).toBeLessThanOrEqual(150);
        for (const field of message.blocks[1]?.fields ?? [])
          expect(field.text.length).toBeLessThanOrEqual(2_000);
      }),
    );
  });

  it("has words for the same things in every language", () => {
    const shape = (texts: object) =>
      Object.entries(texts).flatMap(([group, words]) =>
        typeof words === "string" ? [group] : Object.keys(words as object).map((word) => `${group}.${word}`),
      );
    for (const locale of localeSchema.options)
      expect(shape(SLACK_TEXTS[locale])).toEqual(shape(SLACK_TEXTS.en));
  });
});

describe("a test message", () => {
  it("carries a text of one's own as a text, not as a call", () => {
    const message = composeTest({ project: "Shop", locale: "de", text: "hello <!channel>", url: URL_OF_IT });
    expect(message.text).toContain("Testnachricht für Shop");
    expect(message.blocks[1]?.text?.text).toBe(`hello &lt;!channel&gt;\n<${URL_OF_IT}|Shop>`);
  });
});
