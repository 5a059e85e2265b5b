export type { OAuthAppOptions, SeedUser, StandInOptions } from "./options.js";
export { DEFAULT_PORT, DEFAULT_USERS } from "./options.js";
export { type StandIn, startStandIn } from "./start-stand-in.js";
export type { ActionsFault, Fault, RequestFault } from "./faults/fault-board.js";
export type { SeenRequest } from "./faults/request-log.js";
