import { isRefusalKind, type RefusalKind } from "./refusals.js";

/** A fault that an HTTP request meets; `path` is a pattern in which `*` stands for anything. */
export interface RequestFault {
  readonly kind: "reply_lost" | "hang" | "status" | "scope_reduced" | RefusalKind;
  readonly method?: string;
  readonly path?: string;
  /** `status`: the answer's code; default 503. */
  readonly status?: number;
  /** `secondary_rate_limit` and `primary_rate_limit`: default 60. */
  readonly retryAfterSeconds?: number;
  /** `organization_policy` and `sso_required`: default "octo-org". */
  readonly organization?: string;
  /** `scope_reduced`: what the person left ticked; default none. */
  readonly scopes?: readonly string[];
  /** `status`: answer so after the effect instead of before it. */
  readonly afterEffect?: boolean;
}

/** A fault of Actions; `repository` (`owner/name`) limits it. */
export interface ActionsFault {
  readonly kind: "schedule_dropped" | "schedule_late" | "run_listed_late";
  readonly repository?: string;
  /** Schedule time for `schedule_late`, real time for `run_listed_late`. */
  readonly delayMs?: number;
}

export type Fault = RequestFault | ActionsFault;
export type SeededFault = Fault & { readonly id: number; readonly remaining: number };

const REQUEST_KINDS: readonly string[] = ["reply_lost", "hang", "status", "scope_reduced"];
const ACTIONS_KINDS: readonly string[] = ["schedule_dropped", "schedule_late", "run_listed_late"];

export function isFaultKind(kind: unknown): kind is Fault["kind"] {
  return typeof kind === "string" && (isRequestKind(kind) || ACTIONS_KINDS.includes(kind));
}

const isRequestKind = (kind: string): boolean => REQUEST_KINDS.includes(kind) || isRefusalKind(kind);

function isRequestFault(fault: Fault): fault is RequestFault {
  return isRequestKind(fault.kind);
}

/** Faults that were asked for and have not all happened yet. Kept in memory: a restart heals. */
export class FaultBoard {
  #nextId = 1;
  #seeded: { id: number; fault: Fault; remaining: number }[] = [];

  seed(fault: Fault, count: number): number {
    const id = this.#nextId++;
    this.#seeded.push({ id, fault, remaining: count });
    return id;
  }

  clear(): void {
    this.#seeded = [];
  }

  remove(id: number): void {
    this.#seeded = this.#seeded.filter((seeded) => seeded.id !== id);
  }

  list(): SeededFault[] {
    return this.#seeded.map(({ id, fault, remaining }) => ({ ...fault, id, remaining }));
  }

  /** Takes one occurrence of the first fault that fits the request. */
  takeForRequest(method: string, path: string): RequestFault | undefined {
    return this.#take((fault): fault is RequestFault => {
      if (!isRequestFault(fault)) return false;
      if (fault.method && fault.method.toUpperCase() !== method) return false;
      return !fault.path || globToRegExp(fault.path).test(path);
    });
  }

  takeForActions(kinds: readonly ActionsFault["kind"][], repository: string): ActionsFault | undefined {
    return this.#take((fault): fault is ActionsFault => {
      if (isRequestFault(fault) || !kinds.includes(fault.kind)) return false;
      return !fault.repository || fault.repository.toLowerCase() === repository.toLowerCase();
    });
  }

  #take<F extends Fault>(fits: (fault: Fault) => fault is F): F | undefined {
    for (const entry of this.#seeded) {
      const { fault } = entry;
      if (!fits(fault)) continue;
      entry.remaining -= 1;
      this.#seeded = this.#seeded.filter(({ remaining }) => remaining > 0);
      return fault;
    }
    return undefined;
  }
}

function globToRegExp(pattern: string): RegExp {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`);
}
