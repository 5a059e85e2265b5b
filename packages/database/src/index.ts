export {
  type Connection,
  connect,
  type Database,
  type DatabaseRole,
  inStatements,
  type Statement,
  type Statements,
  type Transaction,
} from "./connect.js";
export { migrate } from "./migrate.js";
export type { ProvisioningStepRow, RunnerRecord } from "./schema/workers.js";
export * as schema from "./schema.js";
