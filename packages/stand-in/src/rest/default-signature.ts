import type { StandInContext } from "../context.js";
import { parseSignatureDate, type Signature } from "../git/commit.js";
import type { Body } from "../http/body.js";
import type { Caller } from "../http/caller.js";
import { invalidRequest } from "../http/github-error.js";
import { noreplyAddress } from "../store/user-store.js";
import { ACTIONS_BOT } from "./present-user.js";

/** Who signs a commit for which the request names nobody: the user behind the token, now. */
export function defaultSignature(context: StandInContext, caller: Caller): Signature {
  const user = caller.user ?? ACTIONS_BOT;
  return {
    name: user.name,
    // The accounts keep their addresses private, so GitHub signs with the noreply address.
    email: noreplyAddress(user),
    atSeconds: Math.floor(context.now() / 1000),
    offset: "+0000",
  };
}

/** Reads `{name, email, date}`; what is missing comes from `fallback`. Throws 422 on a bad date. */
export function readSignature(body: Body | undefined, fallback: Signature): Signature {
  if (!body) return fallback;
  const name = body.string("name");
  const email = body.string("email");
  const date = body.optionalString("date");
  if (date === undefined) return { ...fallback, name, email };
  try {
    return { name, email, ...parseSignatureDate(date) };
  } catch {
    throw invalidRequest(`For 'properties/date', "${date}" is not a valid date-time.`);
  }
}
