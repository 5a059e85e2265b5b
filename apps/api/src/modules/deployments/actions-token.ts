import { decodeJwt } from "jose";
import { z } from "zod";
import { type ActionsTokens, numericText, type TokenRefusal } from "../../http/actions-tokens.js";

/** The claims that a project's trust hangs on. `sub` is not among them: its format has changed before. */
const claimsSchema = z.object({
  repository: z.string().max(200),
  repository_id: numericText,
  repository_owner_id: numericText,
});

export type ActionsToken = { projectId: string; claims: z.infer<typeof claimsSchema> };

/** The audience that a run asks GitHub for: this server and one project, so that a token serves nowhere else. */
export const audienceOf = (publicUrl: string, projectId: string): string =>
  `${publicUrl}/projects/${projectId}`;

/** Verifies a run's token, and says which project it is for. */
export async function checkActionsToken(
  token: string,
  { tokens, publicUrl }: { tokens: ActionsTokens; publicUrl: string },
): Promise<{ ok: true; token: ActionsToken } | { ok: false; reason: TokenRefusal }> {
  const claimed = readAudience(token);
  if (claimed === undefined) return { ok: false, reason: "claims" };
  const projectId = projectOf(claimed, publicUrl);
  if (projectId === undefined) return { ok: false, reason: "audience" };
  const audience = audienceOf(publicUrl, projectId);
  const checked = await tokens.check(token, { audience, claims: claimsSchema });
  return checked.ok ? { ok: true, token: { projectId, claims: checked.claims } } : checked;
}

/** Read before the signature is verified, to know which audience to verify. Undefined: this is no token. */
function readAudience(token: string): string | string[] | undefined {
  try {
    return decodeJwt(token).aud ?? [];
  } catch {
    return undefined;
  }
}

/** One audience, ours, and no list. */
function projectOf(audience: string | string[], publicUrl: string): string | undefined {
  const prefix = audienceOf(publicUrl, "");
  if (typeof audience !== "string" || !audience.startsWith(prefix)) return undefined;
  return z.uuid().safeParse(audience.slice(prefix.length)).data;
}
