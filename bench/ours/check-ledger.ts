import type pg from "pg";
import { BenchFailure } from "../failure.ts";

/**
 * Asks the ledger whether every run succeeded, exactly once, one per pulse and slot.
 *
 * @throws BenchFailure when it does not say so: a fast wrong answer is no figure
 */
export async function checkLedger(
  pool: pg.Pool,
  expected: { runs: number; reported: number },
): Promise<void> {
  const { rows } = await pool.query<{ total: number; succeeded: number; slots: number; attempts: number }>(
    `select count(*)::int as total, count(*) filter (where state = 'succeeded' and ended_at is not null)::int as succeeded,
       count(distinct (pulse_id, slot))::int as slots, coalesce(max(attempts), 0)::int as attempts
     from runs`,
  );
  const [found] = rows;
  const right =
    found?.total === expected.runs &&
    found.succeeded === expected.runs &&
    found.slots === expected.runs &&
    found.attempts === 1 &&
    expected.reported === expected.runs;
  if (!right)
    throw new BenchFailure(
      `Wrong count: ${expected.runs} runs were due, ${expected.reported} reported; the ledger says ${JSON.stringify(found)}`,
    );
}
