import fc from "fast-check";
import { expect, it } from "vitest";
import { createLogger } from "./logger.js";

function logged(write: (logger: ReturnType<typeof createLogger>) => void): { lines: string[]; text: string } {
  const lines: string[] = [];
  write(createLogger("trace", { write: (line: string) => void lines.push(line) }));
  return { lines, text: lines.join("") };
}

const TOKENS = [
  "gho_1234567890abcdefghijklmnopqrstuvwxyz",
  "ghs_1234567890abcdefghijklmnopqrstuvwxyz",
  "github_pat_11AAAAAAA0abcdefghijkl_mnopqrst",
  "SP_abcdefghijklmnopqrstuvwxyz",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
];

it.each(TOKENS)("never writes %s, wherever it stands [LOG-02]", (token) => {
  const { text } = logged((logger) => {
    logger.info(`said ${token}`);
    logger.info(
      { note: `said ${token}`, list: [token], deep: { a: { b: { c: { d: { e: { f: token } } } } } } },
      "x",
    );
    logger.error({ err: new Error(`failed on ${token}`, { cause: new Error(token) }) }, "failed");
    logger.info({ url: `https://github.com/?access_token=${token}` }, "asked");
  });
  expect(text).not.toContain(token);
  expect(text).toContain("[redacted]");
});

it.each([
  "password",
  "token",
  "tokenPlain",
  "accessToken",
  "clientSecret",
  "handshakeSecretPlain",
  "Authorization",
  "set-cookie",
  "x-api-key",
  "apiKey",
  "X-KeepStreak-Proof",
  "code",
  "codeVerifier",
  "recoveryCodes",
])("never writes what is named %s", (key) => {
  const { text } = logged((logger) => logger.info({ outer: { [key]: "correct horse" } }, "x"));
  expect(text).not.toContain("correct horse");
});

it("leaves what is no secret readable, instants too", () => {
  const { lines } = logged((logger) =>
    logger.info({ runId: "r1", at: new Date(0), tokenRevokedAt: null, statusCode: 404 }, "x"),
  );
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    runId: "r1",
    at: "1970-01-01T00:00:00.000Z",
    tokenRevokedAt: null,
    statusCode: 404,
    level: "info",
  });
});

it("hides the password of an address", () => {
  const { text } = logged((logger) =>
    logger.warn({ err: new Error("connect postgres://owner:hunter2@db/x") }, "x"),
  );
  expect(text).not.toContain("hunter2");
});

it("keeps one event on one line, whatever it carries [LOG-01]", () => {
  const hostile = 'a\r\nb\u001b[31m\u0000\u2028"}{"level":"fatal"';
  const { lines, text } = logged((logger) => logger.info({ name: hostile }, hostile));
  expect(lines).toHaveLength(1);
  expect(text.trimEnd().split("\n")).toHaveLength(1);
  expect(text).not.toContain("\u001b");
  expect(JSON.parse(text)).toMatchObject({ level: "info", name: hostile, msg: hostile });
});

it("keeps any text on one line, readable and free of what a terminal obeys [LOG-01]", () => {
  const nasty = fc.constantFrom(
    ...Array.from("\r\n\t\u0000\b\u001b\u007f\u0085\u009b\u200e\u202e\u2066\u2028\u2029\ufeff{}[]\"\\':"),
  );
  const any = fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code));
  const text = fc.array(fc.oneof(nasty, any), { maxLength: 12 }).map((characters) => characters.join(""));
  fc.assert(
    fc.property(text, text, (value, name) => {
      const { text: written } = logged((logger) => logger.info({ value: { [`x-${name}`]: value } }, "x"));
      expect(written.endsWith("\n")).toBe(true);
      expect(Array.from(written.slice(0, -1)).filter(isObeyed)).toEqual([]);
      expect(() => JSON.parse(written)).not.toThrow();
    }),
  );
});

it("counts a flood of equal lines instead of writing it [LOG-05]", () => {
  const { lines } = logged((logger) => {
    for (let count = 0; count < 10_000; count += 1) logger.warn({ count }, "worker proof refused");
    logger.error("something else");
  });
  expect(lines).toHaveLength(51);
  expect(lines.at(-1)).toContain("something else");
});

/** Whether a terminal or an editor does something at this character instead of showing it. */
const isObeyed = (character: string): boolean =>
  /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]/u.test(character);
