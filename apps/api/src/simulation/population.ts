import type { UserCaller } from "../http/caller.js";
import type { ClaimingWorker } from "../modules/pulses/claims.service.js";
import type { Random } from "./random.js";
import { newId } from "./seeded-ids.js";
import type { SimulatedDatabase } from "./simulated-database.js";

export type Tenant = { caller: UserCaller; workers: ClaimingWorker[] };

/** One to three tenants, each with one or two workers that are set up. */
export async function populate(database: SimulatedDatabase, random: Random): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  for (let count = random.between(1, 3); count > 0; count -= 1) {
    const workspaceId = newId();
    await database.inspect("insert into workspaces (id, name) values ($1, 'Simulated')", [workspaceId]);
    const workers: ClaimingWorker[] = [];
    for (let each = random.between(1, 2); each > 0; each -= 1)
      workers.push(await addWorker(database, workspaceId, `w${tenants.length}${workers.length}`));
    const session = { sessionId: newId(), signedInAt: new Date(), role: "user", locale: "en" } as const;
    tenants.push({ caller: { kind: "user", userId: newId(), workspaceId, ...session }, workers });
  }
  return tenants;
}

async function addWorker(
  database: SimulatedDatabase,
  workspaceId: string,
  name: string,
): Promise<ClaimingWorker> {
  const workerId = newId();
  await database.inspect(
    `insert into workers (id, workspace_id, client_id, state, handshake_secret_sealed, secret_expires_at, cron_minute,
       repository_full_name, default_branch, author_name, author_email)
     values ($1, $2, $3, 'active', '\\x00', now() + interval '1 year', 7, $4, 'main', 'Octo', 'octo@users.noreply.github.com')`,
    [workerId, workspaceId, name, `octo/${name}`],
  );
  return { workerId, workspaceId };
}
