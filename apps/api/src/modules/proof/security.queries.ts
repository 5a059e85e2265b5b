import { readFileSync } from "node:fs";
import { Inject, Injectable } from "@nestjs/common";
import { HELD_KINDS, HELD_SUBJECTS, type Security } from "@pulsekeep/contracts/api/proof";
import { readWorkerRelease } from "@pulsekeep/worker";
import { ENV, type Env } from "../../env.js";
import { HELD_DATA, type HeldTable } from "./held-data.js";
import { listChecks } from "./security-checks.js";

/** What anybody may know of how this installation keeps its promise. */
@Injectable()
export class SecurityQueries {
  private readonly security: Security;
  /** The script that checks the log, as it lies beside this file. */
  readonly verifier = readFileSync(new URL("./verify-proof.js", import.meta.url), "utf8").replace(
    /\n*\/\/# sourceMappingURL=.*\n*$/,
    "\n",
  );

  constructor(@Inject(ENV) env: Env) {
    const { version, sha256 } = readWorkerRelease();
    this.security = {
      subjects: HELD_SUBJECTS.map((subject) => ({
        subject,
        tables: Object.entries(HELD_DATA)
          .filter(([, table]) => table.subject === subject)
          .map(([name, table]) => ({
            name,
            kept: table.kept,
            keptDays: table.kept === "history" ? env.PULSEKEEP_KEEP_RUNS_DAYS : null,
            columns: listColumns(table),
          })),
      })),
      checks: listChecks({ origin: env.PULSEKEEP_PUBLIC_URL, githubApiUrl: env.GITHUB_API_URL }),
      workerRelease: { version, sha256 },
    };
  }

  getSecurity(): Security {
    return this.security;
  }
}

/** What people look for first comes first. */
const listColumns = ({ columns }: HeldTable) =>
  HELD_KINDS.flatMap((kind) => (columns[kind] ?? []).map((name) => ({ name, kind })));
