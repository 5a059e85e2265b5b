import type { Pulse, Run } from "@pulsekeep/contracts/api/pulses";
import type { Page } from "@pulsekeep/contracts/api/shared";
import type { TestClient } from "./test-client.js";

/** A daily commit pulse of a worker, as the form sends it. */
export const pulseOf = (worker: { id: string }, changes: Record<string, unknown> = {}) => ({
  name: "Daily note",
  kind: "commit",
  workerId: worker.id,
  schedule: { kind: "cron", expression: "0 9 * * *" },
  timeZone: "Europe/Paris",
  ...changes,
});

/** @throws Error when it is not created */
export async function createPulse(
  owner: TestClient,
  worker: { id: string },
  changes: Record<string, unknown> = {},
): Promise<Pulse> {
  const answer = await owner.post<Pulse>("/api/v1/pulses", pulseOf(worker, changes));
  if (answer.status !== 201) throw new Error(`No pulse: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Queues a run beside the schedule. */
export async function runNow(owner: TestClient, pulse: Pulse): Promise<Run> {
  const answer = await owner.post<Run>(`/api/v1/pulses/${pulse.id}/run`);
  if (answer.status !== 201) throw new Error(`No run: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export const getRun = async (owner: TestClient, id: string): Promise<Run> =>
  (await owner.get<Run>(`/api/v1/runs/${id}`)).body;

/** Runs of a pulse, newest first. */
export const listRuns = async (owner: TestClient, pulse: Pulse): Promise<Run[]> =>
  (await owner.get<Page<Run>>(`/api/v1/runs?pulseId=${pulse.id}&limit=100`)).body.rows;
