import type { FinishAnswer, TriggerAnswer } from "@pulsekeep/contracts/api/ci";
import type { ApiClient } from "./api-client.ts";
import { DemoFailure } from "./demo-failure.ts";

/** The two calls that a deployment pipeline makes. */
export class Pipeline {
  readonly #api: ApiClient;
  readonly #headers: { "x-api-key": string };

  constructor(api: ApiClient, apiKey: string) {
    this.#api = api;
    this.#headers = { "x-api-key": apiKey };
  }

  /** Announces a deployment. One that an earlier pipeline left open is finished as failed first. */
  async trigger(version: string, metricsEndpoint: string): Promise<string> {
    const first = await this.#trigger(version, metricsEndpoint);
    if (first.status === "created") return first.deployment_id;
    await this.finish(first.deployment_id, "failed");
    const second = await this.#trigger(version, metricsEndpoint);
    if (second.status === "created") return second.deployment_id;
    throw new DemoFailure(
      `PulseKeep keeps answering with deployment ${second.deployment_id}, which is still running.`,
    );
  }

  async finish(deploymentId: string, result: "success" | "failed"): Promise<void> {
    const body = { deployment_id: deploymentId, result };
    await this.#api.post<FinishAnswer>("/deployments/finish", body, { headers: this.#headers });
  }

  #trigger(version: string, metricsEndpoint: string): Promise<TriggerAnswer> {
    const body = { env: "prod", branch: "main", version, actor: "demo", metrics_endpoint: metricsEndpoint };
    return this.#api.post<TriggerAnswer>("/deployments/trigger", body, { headers: this.#headers });
  }
}
