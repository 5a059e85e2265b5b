import { describe, expect, it } from "vitest";
import { HINT_TABLE } from "../hints/hint-table.js";
import { en } from "./en.js";
import type { MessageKey } from "./message-key.js";
import { DICTIONARIES, PLACEHOLDER, renderMessage } from "./render-message.js";

const others = Object.entries(DICTIONARIES).filter(([locale]) => locale !== "en");
const keys = Object.keys(en).sort() as MessageKey[];
const placeholders = (text: string) => [...text.matchAll(PLACEHOLDER)].map(([match]) => match).sort();

describe("messages", () => {
  it.each(others)("have the same keys in %s as in English", (_, dictionary) => {
    expect(Object.keys(dictionary).sort()).toEqual(keys);
  });

  it.each(others)("have the same placeholders in %s as in English", (_, dictionary) => {
    for (const key of keys) {
      expect([key, placeholders(dictionary[key])]).toEqual([key, placeholders(en[key])]);
    }
  });

  it.each(others)("are translated in %s: hardly any text is the English one", (_, dictionary) => {
    const same = keys.filter((key) => dictionary[key] === en[key] && !key.startsWith("unit."));
    expect(same).toEqual([]);
  });

  it("have no action that no hint uses", () => {
    const used = new Set(HINT_TABLE.flatMap(({ actions }) => actions.map((name) => `action.${name}`)));
    expect(keys.filter((key) => key.startsWith("action.") && !used.has(key))).toEqual([]);
  });

  it("show values in the unit of their metric and the manner of the language", () => {
    const params = { metric: "latency_p95", before: 212.4, after: 1287, rank: 26, total: 27 };
    expect(renderMessage("en", "reason.regressed", params)).toContain("from 212 ms to 1,290 ms");
    expect(renderMessage("de", "reason.regressed", params)).toContain("von 212 ms auf 1.290 ms");
    const share = { ...params, metric: "error_rate", before: 0.002, after: 0.114 };
    expect(renderMessage("en", "reason.regressed", share)).toContain("Error rate went from 0.2% to 11.4%");
    expect(renderMessage("fr", "reason.regressed", share)).toMatch(/Taux d’erreur : de 0,2\s% à 11,4\s%/);
  });

  it.each([
    ["en", "No sample from before", "Only 1 sample from before", "Only 4 samples from before"],
    ["fr", "Aucun échantillon d’avant", "1 seul échantillon d’avant", "Seulement 4 échantillons d’avant"],
    ["es", "Ninguna muestra de antes", "Solo 1 muestra de antes", "Solo 4 muestras de antes"],
    ["de", "Keine Messung von vor", "Nur 1 Messung von vor", "Nur 4 Messungen von vor"],
  ] as const)("count samples as %s does", (locale, ...texts) => {
    for (const [index, samples] of [0, 1, 4].entries())
      expect(renderMessage(locale, "quality.baseline_short", { samples })).toContain(texts[index]);
    const params = { metric: "cpu_usage", samples: 1 };
    expect(renderMessage(locale, "reason.too_few_samples", params)).not.toMatch(
      /samples|échantillons|muestras|Messungen/,
    );
  });

  it("show a signed change", () => {
    const params = { latency_before: 200, latency: 270, latency_change: 0.35 };
    expect(renderMessage("en", "hint.high_latency.cause", params)).toContain("(+35%)");
  });
});
