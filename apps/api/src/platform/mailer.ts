import { Inject, Injectable } from "@nestjs/common";
import { ENV, type Env } from "../env.js";
import { LOGGER, type Logger } from "./logger.js";
import { type MailTemplate, renderMail } from "./mail-templates.js";

export type Mail = { to: string; template: MailTemplate; locale: string; params: Record<string, string> };

/** Sends mail by Resend's API. Without an API key nothing is sent, and the log says that a mail was due. */
@Injectable()
export class Mailer {
  constructor(
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Never throws: whoever signs up must not fail because the mail provider does. */
  async send(mail: Mail): Promise<void> {
    if (this.env.RESEND_API_KEY === undefined) {
      this.logger.info({ template: mail.template }, "mail not sent: no provider is configured");
      return;
    }
    try {
      const response = await fetch(`${this.env.RESEND_API_URL}/emails`, {
        method: "POST",
        headers: { authorization: `Bearer ${this.env.RESEND_API_KEY}`, "content-type": "application/json" },
        body: JSON.stringify({ from: this.env.MAIL_FROM, to: [mail.to], ...renderMail(mail) }),
        redirect: "error",
        signal: AbortSignal.timeout(10_000),
      });
      if (!response.ok) throw new Error(`the mail provider answered ${response.status}`);
    } catch (error) {
      this.logger.error({ err: error, template: mail.template }, "mail not sent");
    }
  }
}
