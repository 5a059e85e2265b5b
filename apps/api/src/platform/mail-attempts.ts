import { sql } from "drizzle-orm";

/** The last one is four hours after the first: the provider remembers for a day what it was given. */
const MAX_ATTEMPTS = 8;

/** Of a row with mails: nobody has sent them, or who claimed them has not come back in time. */
export const IS_MAIL_DUE = sql`mailed_at is null and dismissed_at is null
  and mail_attempts < ${MAX_ATTEMPTS} and coalesce(mail_due_at, '-infinity') <= now()`;

/** Claims a row's mails for a minute, and for twice as long with every attempt. */
export const CLAIM_MAIL = sql`mail_due_at = now() + interval '1 minute' * power(2, mail_attempts),
  mail_attempts = mail_attempts + 1`;
