import { type DestinationStream, type Logger, pino } from "pino";
import { LogSampler } from "./log-sampler.js";

/** Names whose value is a credential, in any spelling: `clientSecret`, `x-api-key`, `handshakeSecretPlain`. */
const SECRET_KEY =
  /password|secret|authorization|cookie|proof|verifier|api-?_?key$|token(plain)?$|plain$|^(code|otp|totp|recoverycodes?)$/i;
const DEEPEST = 6;

const SECRET_PATTERN =
  /gh[pousr]_[A-Za-z0-9]{10,}|github_pat_[A-Za-z0-9_]{10,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]{8,}|SP_[A-Za-z0-9_-]{20,}|spm_[A-Za-z0-9_-]{20,}|(?<=\/\/[^/\s:@]{1,100}:)[^@\s/]{1,200}(?=@)/g;

/** Replaces what looks like a credential: the second line behind redaction by key. */
export const redactText = (text: string): string => text.replace(SECRET_PATTERN, "[redacted]");

function redactValue(value: unknown, depth = 0): unknown {
  if (value instanceof Date) return value;
  if (typeof value === "string") return redactText(value);
  if (value instanceof Error)
    return {
      name: value.name,
      message: redactText(value.message),
      stack: value.stack ? redactText(value.stack) : undefined,
      code: (value as { code?: unknown }).code,
      cause: value.cause && depth < 3 ? redactValue(value.cause, depth + 1) : undefined,
    };
  if (value === null || typeof value !== "object") return value;
  // What is not looked into is not shown either.
  if (depth >= DEEPEST) return "[too deep]";
  if (Array.isArray(value)) return value.map((entry) => redactValue(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      SECRET_KEY.test(key) ? "[redacted]" : redactValue(entry, depth + 1),
    ]),
  );
}

/** What JSON leaves as it is and a terminal or an editor obeys: C1 controls, separators, changes of direction. */
const INVISIBLE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const escapeCharacter = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * One JSON line per record, redacted by key and by pattern (FR21). Control
 * characters and invisible ones are escaped, and a flood of equal lines is counted instead of written.
 *
 * @param destination where lines go; standard output when absent
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const sampler = new LogSampler();
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (record) => redactValue(record) as Record<string, unknown>,
      },
      hooks: {
        logMethod(args, method) {
          const kind = args.find((arg) => typeof arg === "string") ?? "";
          const { admitted, leftOut } = sampler.admit(kind);
          if (leftOut) method.apply(this, [{ leftOut: redactValue(leftOut) }, "lines left out"]);
          if (!admitted) return;
          method.apply(
            this,
            args.map((arg) => (typeof arg === "string" ? redactText(arg) : arg)) as Parameters<typeof method>,
          );
        },
        streamWrite: (line) => line.replace(INVISIBLE, escapeCharacter),
      },
      serializers: { err: (error: unknown) => error },
    },
    destination ?? pino.destination({ fd: 1, sync: false }),
  );
}

/** Injection token of the process's logger. */
export const LOGGER = Symbol("logger");
export type { Logger };
