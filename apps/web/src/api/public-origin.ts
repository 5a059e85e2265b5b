/** The address under which visitors see this server, as the edge in front of it forwards it. */
export function getPublicOrigin(head: Pick<Headers, "get">): string {
  const host = head.get("x-forwarded-host") ?? head.get("host") ?? "localhost:3000";
  const protocol = head.get("x-forwarded-proto")?.split(",")[0] ?? "http";
  return `${protocol}://${host}`;
}
