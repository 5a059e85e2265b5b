import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { newSecret } from "../../platform/ids.js";

const LASTS_SECONDS = 180 * 86_400;
/** Accounts that one browser is known for, the last ones: a cookie must not outgrow a request. */
const MAX_ACCOUNTS = 5;
const NONCE_BYTES = 16;
const TOKEN = /^([\w-]{22})\.(\d{1,12})\.([\w-]{43})$/;

/**
 * Browsers that have signed in to an account before, by a cookie that only this server can make and that opens
 * nothing: it gives its browser a count of its own, so that strangers who guess passwords lock nobody out.
 * Source: OWASP, "Slow down online guessing attacks with device cookies".
 */
export class KnownDevices {
  readonly cookieName: string;
  private readonly key: Buffer;

  /** @param server.secret what the key is derived from @param server.isSecure whether browsers come by https */
  constructor(private readonly server: { secret: string; isSecure: boolean }) {
    this.key = Buffer.from(hkdfSync("sha256", server.secret, "", "pulsekeep/known-devices/v1", 32));
    this.cookieName = `${server.isSecure ? "__Secure-" : ""}pulsekeep.devices`;
  }

  /** The device's id, where the cookies of a request show that it has signed in to the account; else undefined. */
  find(cookies: string | undefined, account: string, now: Date): string | undefined {
    for (const token of this.tokensOf(cookies)) {
      const [, nonce = "", expiresAtSeconds = "", mac = ""] = TOKEN.exec(token) ?? [];
      if (!this.isMac(mac, `${account}.${nonce}.${expiresAtSeconds}`)) continue;
      if (Number(expiresAtSeconds) * 1_000 > now.getTime()) return nonce;
    }
    return undefined;
  }

  /** The `Set-Cookie` of a browser that has just signed in to the account. What it had for others stays. */
  remember(cookies: string | undefined, account: string, now: Date): string {
    const nonce = newSecret(NONCE_BYTES);
    const expiresAtSeconds = Math.floor(now.getTime() / 1_000) + LASTS_SECONDS;
    const mac = this.macOf(`${account}.${nonce}.${expiresAtSeconds}`);
    const others = this.tokensOf(cookies).filter(
      (token) => this.find(this.write([token]), account, now) === undefined,
    );
    const kept = [`${nonce}.${expiresAtSeconds}.${mac}`, ...others].slice(0, MAX_ACCOUNTS);
    const secure = this.server.isSecure ? "; Secure" : "";
    return `${this.write(kept)}; Max-Age=${LASTS_SECONDS}; Path=/api/auth; HttpOnly; SameSite=Lax${secure}`;
  }

  private readonly write = (tokens: readonly string[]): string => `${this.cookieName}=${tokens.join("~")}`;

  private tokensOf(cookies: string | undefined): string[] {
    const start = `${this.cookieName}=`;
    const pair = cookies?.split(";").find((it) => it.trimStart().startsWith(start));
    const tokens = pair?.trim().slice(start.length).split("~") ?? [];
    return tokens.slice(0, MAX_ACCOUNTS).filter((token) => TOKEN.test(token));
  }

  private macOf(text: string): string {
    return createHmac("sha256", this.key).update(text).digest("base64url");
  }

  private isMac(mac: string, text: string): boolean {
    const [given, expected] = [Buffer.from(mac), Buffer.from(this.macOf(text))];
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}
