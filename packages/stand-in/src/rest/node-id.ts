/** Opaque global ids; only their stability matters. */
export function integerNodeId(type: string, id: number): string {
  return Buffer.from(`${type}:${id}`).toString("base64url");
}

export function objectNodeId(type: string, repositoryId: number, sha: string): string {
  return Buffer.from(`${type}:${repositoryId}:${sha}`).toString("base64url");
}
