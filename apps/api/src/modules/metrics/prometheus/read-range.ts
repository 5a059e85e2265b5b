import { z } from "zod";

export type RangeRefusal = "not_json" | "query_refused" | "many_series";
/** Values by instant, in milliseconds since 1970. */
export type RangeValues = Map<number, string>;

const answerSchema = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("matrix"),
    result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string().max(40)])).max(11_000) })),
  }),
});
const refusedSchema = z.object({ status: z.literal("error") });

/**
 * Reads the answer of `/api/v1/query_range`. No series is no values; more than one is refused, because which of
 * them was meant is not ours to guess.
 */
export function readRange(
  body: Uint8Array,
): { ok: true; values: RangeValues } | { ok: false; reason: RangeRefusal } {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return { ok: false, reason: "not_json" };
  }
  const answer = answerSchema.safeParse(json);
  if (!answer.success)
    return { ok: false, reason: refusedSchema.safeParse(json).success ? "query_refused" : "not_json" };
  const [series, ...others] = answer.data.data.result;
  if (others.length > 0) return { ok: false, reason: "many_series" };
  return {
    ok: true,
    values: new Map(series?.values.map(([seconds, value]) => [Math.round(seconds * 1_000), value])),
  };
}
