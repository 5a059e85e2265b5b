import { auditVerify } from "./audit/audit-verify.js";
import type { Command } from "./command-line/command.js";
import { keysCommands } from "./keys/keys-command.js";
import { workerInit } from "./worker/worker-init.js";
import { workerRotate } from "./worker/worker-rotate.js";
import { workerRun } from "./worker/worker-run.js";
import { workerStatus } from "./worker/worker-status.js";

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  workerInit,
  workerRun,
  workerStatus,
  workerRotate,
  auditVerify,
  ...keysCommands,
];
