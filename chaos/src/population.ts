import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import type { Schedule } from "@pulsekeep/contracts/schedule";
import { sealValue, wrapKey } from "@pulsekeep/signing";
import type { BrowserUser } from "./browser-user.ts";
import { insertRows, toBytea } from "./insert-rows.ts";
import type { PostgresServer } from "./postgres-server.ts";
import type { Random } from "./random.ts";

export type Keyring = { id: string; key: Buffer };

export type Seat = {
  id: string;
  workspaceId: string;
  clientId: string;
  handshakeSecret: Buffer;
  repository: string;
  lanes: { id: string; branch: string }[];
};

/** A pulse as it was put in, so that the checker can say by itself when it was due. */
export type PulseSpec = {
  id: string;
  workspaceId: string;
  workerId: string;
  laneId: string;
  branch: string;
  schedule: Schedule;
  timeZone: string;
  jitterSecret: string;
  recovery: "catch_up_latest" | "catch_up_all" | "skip";
  cursorAt: string;
};

export type Population = { seats: Seat[]; pulses: PulseSpec[] };

export type PopulationSize = {
  workersPerUser: number;
  lanesPerWorker: number;
  pulses: number;
  /** Seconds between two occurrences of a pulse. */
  periodSeconds: number;
  /** By the database's clock. */
  startsAt: Date;
};

const REPOSITORY_ID = 4_711;

/** Puts workers, lanes and pulses in as the product's own rows: what thousands of users would have done before. */
export async function populate(
  postgres: PostgresServer,
  people: { users: readonly BrowserUser[]; keyring: Keyring },
  size: PopulationSize & { random: Random },
): Promise<Population> {
  const seats: Seat[] = [];
  for (const user of people.users)
    seats.push(...(await enrolWorkers(postgres, user.workspaceId, { ...size, ...people })));
  const pulses = Array.from({ length: size.pulses }, (_, at) => drawPulse(seats, at, size));
  await insertRows(postgres, "pulses", pulses.map(toRow));
  return { seats, pulses };
}

async function enrolWorkers(
  postgres: PostgresServer,
  workspaceId: string,
  { keyring, workersPerUser, lanesPerWorker }: PopulationSize & { keyring: Keyring },
): Promise<Seat[]> {
  const dataKey = { id: randomUUID(), bytes: randomBytes(32) };
  const wrapped = wrapKey({
    wrappingKey: createSecretKey(keyring.key),
    wrappingKeyId: keyring.id,
    place: { tenant: workspaceId, table: "data_keys", column: "key_wrapped", row: dataKey.id },
    dataKey: dataKey.bytes,
    iv: randomBytes(12),
  });
  const key = {
    id: dataKey.id,
    workspace_id: workspaceId,
    keyring_key_id: keyring.id,
    key_wrapped: toBytea(wrapped),
  };
  await insertRows(postgres, "data_keys", [key]);
  const seats = Array.from({ length: workersPerUser }, () => newSeat(workspaceId, lanesPerWorker));
  await insertRows(
    postgres,
    "workers",
    seats.map((seat) => toWorkerRow(seat, dataKey)),
  );
  await insertRows(
    postgres,
    "lanes",
    seats.flatMap((seat) =>
      seat.lanes.map(({ id, branch }) => ({
        id,
        workspace_id: workspaceId,
        worker_id: seat.id,
        target: `${seat.repository}#${branch}`,
        next_seq: 1,
      })),
    ),
  );
  return seats;
}

function newSeat(workspaceId: string, lanes: number): Seat {
  return {
    id: randomUUID(),
    workspaceId,
    clientId: `kw_${randomBytes(18).toString("base64url")}`,
    handshakeSecret: randomBytes(32),
    repository: `octo/pulse-${randomBytes(4).toString("hex")}`,
    lanes: Array.from({ length: lanes }, (_, at) => ({ id: randomUUID(), branch: `lane-${at}` })),
  };
}

function toWorkerRow(seat: Seat, dataKey: { id: string; bytes: Buffer }): Record<string, unknown> {
  const sealed = sealValue({
    key: createSecretKey(dataKey.bytes),
    keyId: dataKey.id,
    place: { tenant: seat.workspaceId, table: "workers", column: "handshake_secret_sealed", row: seat.id },
    plaintext: seat.handshakeSecret,
    iv: randomBytes(12),
  });
  return {
    id: seat.id,
    workspace_id: seat.workspaceId,
    client_id: seat.clientId,
    kind: "resident",
    state: "active",
    handshake_secret_sealed: toBytea(sealed),
    secret_expires_at: new Date(Date.now() + 86_400_000).toISOString(),
    cron_minute: 7,
    repository_id: REPOSITORY_ID,
    repository_owner_id: 42,
    repository_full_name: seat.repository,
    default_branch: seat.lanes[0]?.branch ?? "main",
    author_name: "Octo",
    author_email: "42+octo@users.noreply.github.com",
  };
}

/** Most pulses recur within the run; some happen once, and some have a past that nobody planned. */
function drawPulse(seats: readonly Seat[], at: number, size: PopulationSize & { random: Random }): PulseSpec {
  const { random, startsAt, periodSeconds } = size;
  const seat = random.pick(seats);
  const lane = random.pick(seat.lanes);
  const draw = random.unit();
  const startMs = startsAt.getTime();
  const offsetMs = Math.floor(random.unit() * periodSeconds * 1_000);
  const everyMinutes = periodSeconds / 60;
  const anchorAt = new Date(startMs + offsetMs).toISOString();
  const isFromThePast = draw < 0.02;
  return {
    id: randomUUID(),
    workspaceId: seat.workspaceId,
    workerId: seat.id,
    laneId: lane.id,
    branch: lane.branch,
    schedule:
      draw > 0.95
        ? { kind: "once", runAt: anchorAt }
        : {
            kind: "every",
            everyMinutes: isFromThePast ? 15 : everyMinutes,
            anchorAt: isFromThePast ? new Date(startMs - 3_600_000 + offsetMs).toISOString() : anchorAt,
          },
    timeZone: random.pick(["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"]),
    jitterSecret: `secret-${at}`,
    recovery: random.pick(["catch_up_latest", "catch_up_all", "skip"]),
    cursorAt: new Date(isFromThePast ? startMs - 3_600_000 : startMs).toISOString(),
  };
}

function toRow(pulse: PulseSpec): Record<string, unknown> {
  return {
    id: pulse.id,
    workspace_id: pulse.workspaceId,
    worker_id: pulse.workerId,
    lane_id: pulse.laneId,
    kind: "commit",
    state: "active",
    name: "Chaos",
    schedule: pulse.schedule,
    time_zone: pulse.timeZone,
    jitter: { shape: "uniform", windowMinutes: 0, minimumGapMinutes: 0 },
    rest: { restWeekdays: [], skipDates: [], freezes: [], pausedUntil: null },
    message: { style: "pro", locale: "en", templates: [] },
    change: { kind: "journal", folder: "pulse" },
    target_branch: pulse.branch,
    recovery: pulse.recovery,
    jitter_secret: pulse.jitterSecret,
    cursor_at: pulse.cursorAt,
    next_due_at: pulse.cursorAt,
  };
}
