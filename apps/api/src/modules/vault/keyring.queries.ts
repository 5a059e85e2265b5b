import { Inject, Injectable } from "@nestjs/common";
import { sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { Clock } from "../../platform/clock.js";
import { Databases } from "../../platform/database.js";
import { type RotationState, rotationStateOf } from "./rotation-schedule.js";

/** A data key that is still there so long after its time could not be replaced. */
const DATA_KEY_GRACE_DAYS = 7;

export type KeyringHealth = {
  currentId: string;
  /** Since the key wraps. */
  ageMs: number;
  rotation: RotationState;
  /** Data keys that wait to be wrapped under the current key. */
  waiting: number;
  dataKeys: number;
  /** Data keys that should have been replaced long ago. */
  overdueDataKeys: number;
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
    const overdueDays = this.env.PULSEKEEP_DATA_KEY_DAYS + DATA_KEY_GRACE_DAYS;
    const { rows } = await this.databases.admin.execute<{
      since: Date | null;
      wraps: string | null;
      data_keys: number;
      waiting: number;
      overdue: number;
    }>(
      sql`select k.current_since as since, k.wraps, d.data_keys, d.waiting, d.overdue
          from (select count(*)::int as data_keys,
                  count(*) filter (where keyring_key_id <> ${currentId})::int as waiting,
                  count(*) filter (where created_at < now() - make_interval(days => ${overdueDays}))::int as overdue
                from data_keys) d
          left join keyring_keys k on k.id = ${currentId}`,
    );
    const [row] = rows;
    const now = this.clock.now();
    const { state, ageMs } = rotationStateOf(
      { currentSince: new Date(row?.since ?? now), wraps: Number(row?.wraps ?? 0) },
      { rotationDays: this.env.PULSEKEEP_KEY_ROTATION_DAYS, now },
    );
    return {
      currentId,
      ageMs,
      rotation: state,
      waiting: row?.waiting ?? 0,
      dataKeys: row?.data_keys ?? 0,
      overdueDataKeys: row?.overdue ?? 0,
    };
  }

  /** The state of the rotation alone: one row, for whoever asks often. */
  async getRotation(): Promise<RotationState> {
    const { rows } = await this.databases.admin.execute<{ since: Date | null; wraps: string }>(
      sql`select current_since as since, wraps from keyring_keys where id = ${this.env.PULSEKEEP_KEYRING.currentId}`,
    );
    const now = this.clock.now();
    return rotationStateOf(
      { currentSince: new Date(rows[0]?.since ?? now), wraps: Number(rows[0]?.wraps ?? 0) },
      { rotationDays: this.env.PULSEKEEP_KEY_ROTATION_DAYS, now },
    ).state;
  }
}
