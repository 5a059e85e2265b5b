const CREDENTIALS = /gh[pousr]_\w+|github_pat_\w+|eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*/g;
const CONTROL = /\p{Cc}+/gu;

/**
 * Makes text fit for a log or a report: one line, without the given secrets and without anything that looks
 * like a credential. One line also means that no text can pass for a command to the runner (`::name::`).
 */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret !== "") clean = clean.replaceAll(secret, "***");
  }
  return clean.replace(CREDENTIALS, "***").replace(CONTROL, " ").trim();
}
