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

const settings = fc.record({
  style: fc.constantFrom("pro" as const, "casual" as const, "emoji" as const),
  locale: fc.constantFrom("en" as const, "fr" as const, "es" as const, "de" as const),
  templates: fc.constant<string[]>([]),
});
const changeKind = fc.constantFrom("journal" as const, "snapshot" as const, "counter" as const);

describe("commitMessage", { timeout: 60_000 }, () => {
  it("writes the same message for the same seed and another for most others", () => {
    const subjects = Array.from(
      { length: 20 },
      (_, seed) => commitMessage(request({ seed: `${seed}` })).subject,
    );
    expect(commitMessage(request({ seed: "7" })).subject).toBe(subjects[7]);
    expect(new Set(subjects).size).toBeGreaterThan(15);
  });

  it("repeats none of the last 50 subjects, in any style and language, over 200 commits a day apart", () => {
    fc.assert(
      fc.property(settings, changeKind, fc.string(), fc.boolean(), (chosen, kind, seed, rich) => {
        const written: string[] = [];
        for (let day = 0; day < 200; day += 1) {
          const { subject } = commitMessage(
            request({
              settings: chosen,
              changeKind: kind,
              seed: `${seed}${day}`,
              ...(rich && { streakDays: day, repositoryLanguage: "Rust" }),
              recent: written.map(subjectHash),
            }),
          );
          expect(written.slice(-50)).not.toContain(subject);
          expect(subject).not.toMatch(/[<>{}\n]|undefined|^\s|\s$| {2}/);
          written.push(subject);
        }
      }),
      { numRuns: 25 },
    );
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

  it("states below the subject that the commit is automated", () => {
    const { subject, message } = commitMessage(request({}));
    expect(message).toBe(
      `${subject}\n\nThis commit was made automatically by PulseKeep, on a schedule set by its author.`,
    );
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
