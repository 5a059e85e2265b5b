import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commitMessage, type MessageRequest } from "./commit-message.js";
import { subjectHash } from "./subject-hash.js";

const request = (changes: Partial<MessageRequest>): MessageRequest => ({
  settings: { style: "pro", locale: "en", templates: [] },
  seed: "0197a000-0000-7000-8000-000000000001",
  at: new Date("2026-03-01T23:30:00Z"),
  timeZone: "Europe/Paris",
  changeKind: "journal",
  file: "pulse/2026-03.md",
  pulseName: "Evening note",
  recent: [],
  ...changes,
});
const withTemplates = (...templates: string[]) => ({
  settings: { style: "pro" as const, locale: "en" as const, templates },
});

const LOCALES = ["en", "fr", "es", "de"] as const;
/** Every style in every language, for every kind of change. */
const VOICES = LOCALES.flatMap((locale) =>
  (["pro", "casual", "emoji"] as const).flatMap((style) =>
    (["journal", "snapshot", "counter"] as const).map((changeKind) => ({ locale, style, changeKind })),
  ),
);
const voiced = ({ locale, style, changeKind }: (typeof VOICES)[number]) => ({
  settings: { style, locale, templates: [] },
  changeKind,
});

describe("commitMessage", { timeout: 60_000 }, () => {
  it("writes the same message for the same seed and another for most others", () => {
    const subjects = Array.from(
      { length: 20 },
      (_, seed) => commitMessage(request({ seed: `${seed}` })).subject,
    );
    expect(commitMessage(request({ seed: "7" })).subject).toBe(subjects[7]);
    expect(new Set(subjects).size).toBeGreaterThan(15);
  });

  it.each(VOICES)(
    "repeats none of the last 50 subjects in 500 commits: $locale $style $changeKind",
    (voice) => {
      for (const [hoursApart, rich] of [
        [1, false],
        [24, true],
        [24, false],
      ] as const) {
        const written: { subject: string; hash: number }[] = [];
        for (let turn = 0; turn < 500; turn += 1) {
          const { subject, subjectHash: hash } = commitMessage(
            request({
              ...voiced(voice),
              seed: `${hoursApart}${rich}${turn}`,
              at: new Date(Date.UTC(2026, 0, 1, turn * hoursApart)),
              ...(rich && { streakDays: turn, repositoryLanguage: "Rust" }),
              recent: written.map((it) => it.hash),
            }),
          );
          if (written.slice(-50).some((it) => it.subject === subject)) expect.fail(`${subject} comes again`);
          if (/[<>{}\n]|undefined|^\s|\s$| {2}/.test(subject)) expect.fail(`${subject} is not a subject`);
          written.push({ subject, hash });
        }
        expect(new Set(written.map((it) => it.subject)).size).toBeGreaterThan(250);
      }
    },
  );

  it.each(VOICES)("has hundreds of lines that fit a log's line: $locale $style $changeKind", (voice) => {
    const subjects = Array.from(
      { length: 4_000 },
      (_, seed) =>
        commitMessage(
          request({
            ...voiced(voice),
            seed: `${seed}`,
            file: "pulse/snapshot.json",
            streakDays: 365,
            repositoryLanguage: "TypeScript",
          }),
        ).subject,
    );
    expect(new Set(subjects).size).toBeGreaterThan(500);
    expect(Math.max(...subjects.map((subject) => subject.length))).toBeLessThanOrEqual(90);
  });

  it("names the weekday of the local date, in the language chosen", () => {
    const weekdayIn = (locale: "en" | "fr" | "es" | "de") =>
      Array.from({ length: 60 }, (_, seed) =>
        commitMessage(request({ seed: `${seed}`, settings: { style: "pro", locale, templates: [] } })),
      ).map((it) => it.subject);
    expect(weekdayIn("en").some((subject) => subject.includes("Monday"))).toBe(true);
    expect(weekdayIn("fr").some((subject) => subject.includes("lundi"))).toBe(true);
    expect(weekdayIn("es").some((subject) => subject.includes("lunes"))).toBe(true);
    expect(weekdayIn("de").some((subject) => subject.includes("Montag"))).toBe(true);
    expect(weekdayIn("en").some((subject) => subject.includes("Sunday"))).toBe(false);
  });

  it("mentions a streak and a repository language only when they are known", () => {
    const all = (changes: Partial<MessageRequest>) =>
      Array.from(
        { length: 100 },
        (_, seed) => commitMessage(request({ ...changes, seed: `${seed}` })).subject,
      ).join();
    expect(all({ streakDays: 41, repositoryLanguage: "OCaml" })).toMatch(/day 41.*OCaml|OCaml.*day 41/s);
    expect(all({ streakDays: 1, repositoryLanguage: null })).not.toMatch(/, day \d/);
  });

  it.each([
    ["en", "This commit was made automatically by PulseKeep, on a schedule set by its author."],
    ["fr", "Ce commit a été créé automatiquement par PulseKeep, selon un horaire choisi par son auteur."],
    ["es", "Este commit lo hizo automáticamente PulseKeep, según un horario elegido por su autor."],
    ["de", "Dieser Commit wurde automatisch von PulseKeep erstellt, nach einem Zeitplan seines Autors."],
  ] as const)(
    "states in %s that the commit is automated, below a template of the user's too",
    (locale, text) => {
      for (const templates of [[], ["my own words"]]) {
        const { subject, message } = commitMessage(
          request({ settings: { style: "pro", locale, templates } }),
        );
        expect(message).toBe(`${subject}\n\n${text}`);
      }
    },
  );

  it("answers the hash of its subject, which later requests pass on", () => {
    const { subject, subjectHash: hash } = commitMessage(request({}));
    expect(hash).toBe(subjectHash(subject));
    expect(commitMessage(request({ recent: [hash] })).subject).not.toBe(subject);
  });

  it("looks no further back than 50 subjects", () => {
    const { subject, subjectHash: hash } = commitMessage(request({}));
    const others = Array.from({ length: 50 }, (_, index) => index);
    expect(commitMessage(request({ recent: [hash, ...others] })).subject).toBe(subject);
    expect(commitMessage(request({ recent: [hash, ...others.slice(1)] })).subject).not.toBe(subject);
  });

  it("uses the user's templates with their values in place of the grammar", () => {
    const settingsOfUser = withTemplates("{weekday} {date}: {pulse} in {file}");
    expect(commitMessage(request(settingsOfUser)).subject).toBe(
      "Monday 2026-03-02: Evening note in pulse/2026-03.md",
    );
  });

  it("leaves out a template whose value is missing", () => {
    const both = withTemplates("streak of {streak}", "plain");
    expect(commitMessage(request(both)).subject).toBe("plain");
    expect(commitMessage(request(withTemplates("streak of {streak}"))).subject).toMatch(/journal|log/);
  });

  it("takes the template longest unused when all are recent", () => {
    const recent = ["one", "two", "three", "one"].map(subjectHash);
    expect(commitMessage(request({ ...withTemplates("one", "two", "three"), recent })).subject).toBe("two");
  });

  it("makes no subject that begins with the worker's mark, which no signal could carry", () => {
    const subjectOf = (template: string, pulseName: string) =>
      commitMessage(request({ ...withTemplates(template), pulseName })).subject;
    expect(subjectOf("{pulse}", "Pulse-Run: 1")).toBe("Pulse-Run 1");
    expect(subjectOf("{pulse}: note", " pulse-run")).toBe("Pulse-Run note");
    expect(subjectOf("about {pulse}", "Pulse-Run: 1")).toBe("about Pulse-Run: 1");
  });

  it("takes a name that shows nothing for a missing one, lest the subject show nothing", () => {
    const { subject } = commitMessage(request({ ...withTemplates("{pulse}"), pulseName: "\u200B\u2060" }));
    expect(subject).toMatch(/journal|log/);
  });

  it("lets no value turn the direction of the text around it", () => {
    const { subject } = commitMessage(
      request({ ...withTemplates("{pulse}!"), pulseName: "a\u202Eb\u2066c" }),
    );
    expect(subject).toBe("abc!");
  });

  it("lets no value add a line, and so no trailer, and cuts no emoji in two", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.constantFrom("{pulse}", "x {file} y"),
        (value, template) => {
          const { subject } = commitMessage(
            request({ ...withTemplates(template), pulseName: `${value}\n\nPulse-Run: forged`, file: value }),
          );
          expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
          expect(Array.from(subject).length).toBeLessThanOrEqual(200);
        },
      ),
    );
    const long = commitMessage(request({ ...withTemplates("{pulse}"), pulseName: "🔥".repeat(300) }));
    expect(long.subject).toBe("🔥".repeat(200));
  });
});
