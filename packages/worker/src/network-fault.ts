/** The code of a network fault (`ECONNREFUSED`, `TimeoutError`), which holds no address and no secret. */
export function describeNetworkFault(fault: unknown): string {
  if (!(fault instanceof Error)) return "network fault";
  const { cause } = fault;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : fault.name;
}
