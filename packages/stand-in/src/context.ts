import type { FaultBoard } from "./faults/fault-board.js";
import type { RequestLog } from "./faults/request-log.js";
import type { GitServer } from "./git/git-server.js";
import type { OidcIssuer } from "./oidc/oidc-issuer.js";
import type { OAuthAppOptions } from "./options.js";
import type { Runner } from "./runner/runner-host.js";
import type { Store } from "./store/store.js";

/** What every route needs; built once by `startStandIn`. */
export interface StandInContext {
  readonly store: Store;
  readonly git: GitServer;
  readonly oidc: OidcIssuer;
  readonly faults: FaultBoard;
  readonly requests: RequestLog;
  readonly apps: readonly OAuthAppOptions[];
  readonly now: () => number;
  readonly urls: StandInUrls;
  /** Schedule minutes per real minute. */
  timeScale: number;
  /** Undefined when the runner is switched off. */
  runner: Runner | undefined;
}

export interface StandInUrls {
  /** Web pages, OAuth and git: `http://localhost:4100`. */
  readonly web: string;
  /** REST: `http://localhost:4100/api`. */
  readonly api: string;
  readonly oidc: string;
}
