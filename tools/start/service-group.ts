import type { Service } from "./service.ts";
import { StartFailure } from "./start-failure.ts";

/** The running services, in the order in which they were started. They live and end together. */
export class ServiceGroup {
  readonly #services: Service[] = [];
  readonly #ending = new AbortController();
  readonly #boundTimer: NodeJS.Timeout;
  #failure: StartFailure | undefined;

  constructor() {
    this.#boundTimer = setInterval(() => this.#services.forEach((service) => service.boundLog()), 30_000);
    this.#boundTimer.unref();
  }

  /** Aborted as soon as the group stops, wanted or because a service ended by itself. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Why the group stopped by itself. */
  get failure(): StartFailure | undefined {
    return this.#failure;
  }

  get services(): readonly Service[] {
    return this.#services;
  }

  add(service: Service): Service {
    this.#services.push(service);
    void service.ended.then((how) => this.#fail(service, how));
    return service;
  }

  requestStop(): void {
    this.#ending.abort();
  }

  /**
   * Stops everything, last started first, so that no service loses what it depends on.
   * @param stages names that may stop at the same time; services in no stage stop alone, after them
   */
  async stopAll(stages: readonly (readonly string[])[]): Promise<void> {
    this.requestStop();
    clearInterval(this.#boundTimer);
    const named = new Set(stages.flat());
    const rest = this.#services.filter((service) => !named.has(service.name)).reverse();
    const groups = stages.map((names) => this.#services.filter((service) => names.includes(service.name)));
    for (const group of [...groups, ...rest.map((service) => [service])]) {
      await Promise.all(group.map((service) => service.stop()));
    }
  }

  #fail(service: Service, how: string): void {
    if (this.ending.aborted) return;
    this.#failure = new StartFailure(`The ${service.name} ${how}. Its last lines:\n\n${service.lastLines()}`);
    this.#ending.abort();
  }
}
