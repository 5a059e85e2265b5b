export * from "./schema/deployments.js";
export * from "./schema/identity.js";
export * from "./schema/messages.js";
export * from "./schema/processes.js";
export * from "./schema/projects.js";
export * from "./schema/pulses.js";
export * from "./schema/vault.js";
export * from "./schema/workers.js";
