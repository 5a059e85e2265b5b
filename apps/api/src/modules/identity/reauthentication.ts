import { Inject, Injectable } from "@nestjs/common";
import type { SignInAgainTerms } from "@pulsekeep/contracts/api/identity";
import { AppError } from "../../http/app-error.js";
import { isRecentSignIn } from "../../http/recent-sign-in.js";
import { Clock } from "../../platform/clock.js";
import { AUTH, type Auth } from "./auth.js";

type Browser = { cookie: string; userAgent: string; ip: string };

export type Proof = "password" | "recent_sign_in";

/**
 * Asks again who is there, before what cannot be taken back: a session that was left open or stolen is not enough.
 * Whoever has a password gives it; whoever signs in elsewhere has just done so.
 */
@Injectable()
export class Reauthentication {
  constructor(
    @Inject(AUTH) private readonly auth: Auth,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async readTerms(cookie: string): Promise<{ proof: Proof; signedInRecently: boolean }> {
    const headers = new Headers({ cookie });
    const [accounts, session] = await Promise.all([
      this.auth.api.listUserAccounts({ headers }),
      this.auth.api.getSession({ headers }),
    ]);
    if (!session) throw new AppError("unauthenticated");
    const signedInAt = new Date(session.session.createdAt);
    return {
      proof: accounts.some(({ providerId }) => providerId === "credential") ? "password" : "recent_sign_in",
      signedInRecently: isRecentSignIn({ signedInAt }, this.clock.now()),
    };
  }

  async readWays(cookie: string): Promise<SignInAgainTerms> {
    const accounts = await this.auth.api.listUserAccounts({ headers: new Headers({ cookie }) });
    const linked = new Set(accounts.map(({ providerId }) => providerId));
    return {
      password: linked.has("credential"),
      providers: (["github", "google", "apple"] as const).filter((provider) => linked.has(provider)),
    };
  }

  /**
   * Begins a new session by the password and ends the one of the cookie; returns the cookies to set.
   *
   * @throws AppError `password_wrong`
   */
  async replaceSession(from: Browser, password: string): Promise<string[]> {
    const headers = new Headers({
      cookie: from.cookie,
      "user-agent": from.userAgent,
      "x-client-ip": from.ip,
    });
    const before = await this.auth.api.getSession({ headers });
    if (!before) throw new AppError("unauthenticated");
    const { email } = before.user;
    const begun = await this.auth.api
      .signInEmail({ body: { email, password }, headers, returnHeaders: true })
      .catch((error: unknown) => {
        throw new AppError("password_wrong", { cause: error });
      });
    await this.auth.api.signOut({ headers });
    return begun.headers.getSetCookie();
  }

  /** @throws AppError `password_wrong`, or `sign_in_again` where there is no password and the sign-in is old */
  async require(cookie: string, password: string | undefined): Promise<Proof> {
    const { proof, signedInRecently } = await this.readTerms(cookie);
    if (proof === "recent_sign_in") {
      if (!signedInRecently) throw new AppError("sign_in_again");
      return proof;
    }
    if (password === undefined) throw new AppError("password_wrong");
    try {
      await this.auth.api.verifyPassword({ body: { password }, headers: new Headers({ cookie }) });
    } catch (error) {
      throw new AppError("password_wrong", { cause: error });
    }
    return proof;
  }
}
