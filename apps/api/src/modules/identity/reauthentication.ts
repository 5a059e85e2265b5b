import { Inject, Injectable } from "@nestjs/common";
import { AppError } from "../../http/app-error.js";
import { Clock } from "../../platform/clock.js";
import { AUTH, type Auth } from "./auth.js";

/** A sign-in is a proof for this long. */
const RECENT_MS = 10 * 60_000;

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
    const ageMs = this.clock.now().getTime() - new Date(session.session.createdAt).getTime();
    return {
      proof: accounts.some(({ providerId }) => providerId === "credential") ? "password" : "recent_sign_in",
      signedInRecently: ageMs < RECENT_MS,
    };
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
