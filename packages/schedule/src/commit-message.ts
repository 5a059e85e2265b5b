import type { CommitChange, MessageSettings } from "@pulsekeep/contracts/schedule";
import { DE } from "./grammars/de.js";
import { EN } from "./grammars/en.js";
import { ES } from "./grammars/es.js";
import { FR } from "./grammars/fr.js";
import type { Grammar } from "./grammars/grammar.js";
import { keyedUnit } from "./keyed-unit.js";
import { formatLocalDate, weekdayIndexOf, weekdayOf } from "./local-date.js";
import { findRendering, type MessageValues } from "./message-template.js";
import { getTimeZone, localDayAt } from "./time-zone.js";

const GRAMMARS: Readonly<Record<MessageSettings["locale"], Grammar>> = { en: EN, fr: FR, es: ES, de: DE };

/** How far back a subject must not be repeated. */
export const RECENT_SUBJECTS = 50;
/** Counted in code points, so that no emoji is cut in two. */
const LEADING_CHARACTERS = /^.{0,200}/u;

export interface MessageRequest {
  settings: MessageSettings;
  /** Equal seeds give equal messages; a run's id is a good one. */
  seed: string;
  /** The instant whose local date and weekday the message names. */
  at: Date;
  timeZone: string;
  changeKind: CommitChange["kind"];
  /** Path of the file that the commit changes. */
  file: string;
  pulseName: string;
  /** Days in a row; a streak is mentioned from 2 on. */
  streakDays?: number;
  /** Main language of the repository, as the host names it. */
  repositoryLanguage?: string | null;
  /** Earlier subjects, oldest first; the last `RECENT_SUBJECTS` are avoided. */
  recent: readonly string[];
}

/** A message without trailers: the worker adds its own mark, `Pulse-Run`. */
export interface CommitMessage {
  /** The first line: 1-200 characters, no control characters. */
  subject: string;
  /** The subject, and below it the statement that the commit is automated. */
  message: string;
}

/**
 * Writes the message of one commit: a template of the user's own when there is one, else a line of
 * the grammar. The grammar never repeats one of the recent subjects; templates repeat only when
 * all of them are recent, and then the one longest unused is taken.
 */
export function commitMessage(request: MessageRequest): CommitMessage {
  const { style, locale, templates } = request.settings;
  const grammar = GRAMMARS[locale];
  const values = valuesOf(request, grammar);
  const own = renderAll(templates, values);
  const subjects = own.length > 0 ? own : listSubjects(grammar, style, request.changeKind, values);
  const subject = chooseSubject(subjects, request);
  return { subject, message: `${subject}\n\n${grammar.statement}` };
}

function valuesOf(request: MessageRequest, grammar: Grammar): MessageValues {
  const day = localDayAt(getTimeZone(request.timeZone), request.at.getTime());
  const streakDays = request.streakDays ?? 0;
  return {
    weekday: grammar.weekdays[weekdayIndexOf(weekdayOf(day))] ?? "",
    date: formatLocalDate(day),
    file: oneLine(request.file),
    pulse: oneLine(request.pulseName),
    streak: streakDays >= 2 ? String(streakDays) : undefined,
    language: oneLine(request.repositoryLanguage ?? "") || undefined,
  };
}

function renderAll(templates: readonly string[], values: MessageValues): string[] {
  const rendered = templates.map((template) => findRendering(template, values));
  return rendered
    .filter((text) => text !== undefined)
    .map((text) => clip(text.trim()))
    .filter(Boolean);
}

/** Values come from outside (names of files and pulses): none may add a line, and so a trailer. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

function clip(text: string): string {
  return text.length <= 200 ? text : (LEADING_CHARACTERS.exec(text)?.[0].trimEnd() ?? "");
}

/** All lines that the grammar has for these values, always in the same order. */
function listSubjects(
  grammar: Grammar,
  style: MessageSettings["style"],
  changeKind: CommitChange["kind"],
  values: MessageValues,
): string[] {
  const { leads, verbs, tails } = grammar.styles[style];
  const objects = grammar.objects[changeKind];
  const known = tails.map((tail) => findRendering(tail, values)).filter((tail) => tail !== undefined);
  const bodies = verbs.flatMap((verb) =>
    objects.flatMap((object) => known.map((tail) => grammar.join({ verb, object, tail }))),
  );
  return leads.flatMap((lead) => bodies.map((body) => clip(lead + body)));
}

function chooseSubject(subjects: readonly string[], request: MessageRequest): string {
  const recent = request.recent.slice(-RECENT_SUBJECTS);
  const avoided = new Set(recent);
  const fresh = subjects.filter((subject) => !avoided.has(subject));
  if (fresh.length > 0) {
    return fresh[Math.floor(keyedUnit(request.seed, "message") * fresh.length)] as string;
  }
  return subjects.toSorted((a, b) => recent.lastIndexOf(a) - recent.lastIndexOf(b))[0] as string;
}
