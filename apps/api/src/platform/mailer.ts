import { createHash } from "node:crypto";
import { Inject, Injectable } from "@nestjs/common";
import { ENV, type Env } from "../env.js";
import { LOGGER, type Logger } from "./logger.js";
import { type MailTemplate, renderMail } from "./mail-templates.js";

export type Mail = {
  to: string;
  template: MailTemplate;
  locale: string;
  params: Record<string, string>;
  /** What the mail is about. The provider sends one mail to a person for it, however often it is asked within a day. */
  once?: string;
};

/** Answers of a provider that may take the same mail later, or is just taking it. */
const LATER: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/** Sends mail by Resend's API. Without an API key nothing is sent, and the log says that a mail was due. */
@Injectable()
export class Mailer {
  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Never throws: whoever signs up must not fail because the mail provider does.
   *
   * @returns whether that is done with: false where trying again may help
   */
  async send(mail: Mail): Promise<boolean> {
    if (this.env.RESEND_API_KEY === undefined) {
      this.logger.info({ template: mail.template }, "mail not sent: no provider is configured");
      return true;
    }
    try {
      const response = await fetch(`${this.env.RESEND_API_URL}/emails`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${this.env.RESEND_API_KEY}`,
          "content-type": "application/json",
          ...idempotencyOf(mail),
        },
        body: JSON.stringify({ from: this.env.MAIL_FROM, to: [mail.to], ...renderMail(mail) }),
        redirect: "error",
        signal: AbortSignal.timeout(10_000),
      });
      if (response.ok) return true;
      this.logger.error({ status: response.status, template: mail.template }, "mail refused by the provider");
      return !LATER.has(response.status) && response.status < 500;
    } catch (error) {
      this.logger.error({ err: error, template: mail.template }, "mail not sent");
      return false;
    }
  }
}

function idempotencyOf({ once, to }: Mail): Record<string, string> {
  if (once === undefined) return {};
  return { "idempotency-key": createHash("sha256").update(`${once}\0${to}`).digest("base64url") };
}
