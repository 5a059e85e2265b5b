import { Inject, Injectable } from "@nestjs/common";
import { sql } from "drizzle-orm";
import { ENV, type Env } from "../../env.js";
import { Databases } from "../../platform/database.js";
import { CLAIM_MAIL, IS_MAIL_DUE } from "../../platform/mail-attempts.js";
import { Mailer } from "../../platform/mailer.js";

const AT_ONCE = 20;

type Recipient = { name: string; email: string; locale: string; repository: string | null };

/**
 * Tells people by mail that a worker of theirs stays away: once for each silence, and not any more when it is over or
 * they have seen it. What was claimed by a process that died is sent by another, under the keys by which the provider
 * knows what it has sent.
 */
@Injectable()
export class SilenceMails {
  constructor(
    @Inject(Databases) private readonly databases: Databases,
    @Inject(Mailer) private readonly mailer: Mailer,
    @Inject(ENV) private readonly env: Env,
  ) {}

  async sendDue(): Promise<void> {
    const { rows } = await this.databases.engine.execute<{ workerId: string; since: string }>(sql`
      update worker_silences s set ${CLAIM_MAIL}
      where (s.worker_id, s.since) in (
        select worker_id, since from worker_silences
        where ended_at is null and ${IS_MAIL_DUE}
        order by raised_at limit ${AT_ONCE} for update skip locked)
      returning worker_id as "workerId", since::text as since`);
    await Promise.all(rows.map((silence) => this.send(silence)));
  }

  private async send({ workerId, since }: { workerId: string; since: string }): Promise<void> {
    const { rows } = await this.databases.engine.execute<Recipient>(
      sql`select name, email, locale, repository from lookup_silence_mails(${workerId}::uuid)`,
    );
    let isDone = true;
    for (const { name, email, locale, repository } of rows) {
      const isSent = await this.mailer.send({
        to: email,
        once: `worker_silence:${workerId}:${since}`,
        template: "worker_silent",
        locale,
        params: {
          name,
          repository: repository ?? "",
          since: `${new Date(since).toISOString().slice(0, 16).replace("T", " ")} UTC`,
          url: `${this.env.PULSEKEEP_PUBLIC_URL}/app/workers/${workerId}`,
        },
      });
      isDone &&= isSent;
    }
    if (isDone)
      await this.databases.engine.execute(
        sql`update worker_silences set mailed_at = now() where worker_id = ${workerId} and since = ${since}::timestamptz`,
      );
  }
}
