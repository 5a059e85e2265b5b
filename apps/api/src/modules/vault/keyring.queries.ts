import { Inject, Injectable } from "@nestjs/common";
import { sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { type RotationState, rotationStateOf } from "./rotation-schedule.js";

export type KeyringHealth = {
  currentId: string;
  /** Since the key wraps. */
  ageMs: number;
  rotation: RotationState;
  /** Data keys that wait to be wrapped under the current key. */
  waiting: number;
  dataKeys: number;
};

/** How old the key that wraps is, and how far a rotation has got: ids, counts and instants, nothing of any user. */
@Injectable()
export class KeyringQueries {
  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Databases) private readonly databases: Databases,
  ) {}

  async getHealth(): Promise<KeyringHealth> {
    const { currentId } = this.env.PULSEKEEP_KEYRING;
    const { rows } = await this.databases.admin.execute<{
      since: Date | null;
      wraps: string | null;
      data_keys: number;
      waiting: number;
    }>(
      sql`select k.current_since as since, k.wraps, d.data_keys, d.waiting
          from (select count(*)::int as data_keys,
                  count(*) filter (where keyring_key_id <> ${currentId})::int as waiting from data_keys) d
          left join keyring_keys k on k.id = ${currentId}`,
    );
    const [row] = rows;
    const now = this.clock.now();
    const { state, ageMs } = rotationStateOf(
      { currentSince: new Date(row?.since ?? now), wraps: Number(row?.wraps ?? 0) },
      { rotationDays: this.env.PULSEKEEP_KEY_ROTATION_DAYS, now },
    );
    return { currentId, ageMs, rotation: state, waiting: row?.waiting ?? 0, dataKeys: row?.data_keys ?? 0 };
  }
}
