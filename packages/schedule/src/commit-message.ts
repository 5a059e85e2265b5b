import type { CommitChange, MessageSettings } from "@pulsekeep/contracts/schedule";
import { DE } from "./grammars/de.js";
import { EN } from "./grammars/en.js";
import { ES } from "./grammars/es.js";
import { FR } from "./grammars/fr.js";
import type { Grammar } from "./grammars/grammar.js";
import { formatLocalDate, weekdayIndexOf, weekdayOf } from "./local-date.js";
import { isRenderable, type MessageValues, render } from "./message-template.js";
import { chooseSubject, type SubjectSpace } from "./subject-choice.js";
import { getTimeZone, localDayAt } from "./time-zone.js";

const GRAMMARS: Readonly<Record<MessageSettings["locale"], Grammar>> = { en: EN, fr: FR, es: ES, de: DE };

/** How far back a subject must not be repeated. */
export const RECENT_SUBJECTS = 50;
/** Counted in code points, so that no emoji is cut in two. */
const LEADING_CHARACTERS = /^.{0,200}/u;
const LINE_BREAKING = /[\p{Cc}\u2028\u2029]+/gu;
/** What turns the text around it: a name could make the rest of a line read as something else. */
const TURNING = /[\u202A-\u202E\u2066-\u2069]/gu;
const VISIBLE = /[^\p{C}\p{Z}\p{M}]/u;
/** The worker's mark, which no line of a message may begin with, and no signal carries. */
const MARK = /^Pulse-Run:/i;

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
  /** `subjectHash` of earlier subjects, oldest first; the last `RECENT_SUBJECTS` are avoided. */
  recent: readonly number[];
}

/** A message without trailers: the worker adds its own mark, `Pulse-Run`. */
export interface CommitMessage {
  /** The first line: 1-200 characters, no control characters. */
  subject: string;
  /** The subject, and below it the statement that the commit is automated. */
  message: string;
  /** What later requests pass on in `recent`. */
  subjectHash: number;
}

/**
 * Writes the message of one commit: a template of the user's own when there is one, else a line of
 * the grammar. The grammar never repeats one of the recent subjects; templates repeat only when
 * all of them are recent, and then the one longest unused is taken.
 */
export function commitMessage(request: MessageRequest): CommitMessage {
  const grammar = GRAMMARS[request.settings.locale];
  const values = valuesOf(request, grammar);
  const recent = request.recent.slice(-RECENT_SUBJECTS);
  const { subject, hash } = chooseSubject(spaceOf(request, grammar, values), { seed: request.seed, recent });
  return { subject, message: `${subject}\n\n${grammar.statement}`, subjectHash: hash };
}

function valuesOf(request: MessageRequest, grammar: Grammar): MessageValues {
  const day = localDayAt(getTimeZone(request.timeZone), request.at.getTime());
  const streakDays = request.streakDays ?? 0;
  return {
    weekday: grammar.weekdays[weekdayIndexOf(weekdayOf(day))] ?? "",
    date: formatLocalDate(day),
    file: findLine(request.file),
    pulse: findLine(request.pulseName),
    streak: streakDays >= 2 ? String(streakDays) : undefined,
    language: findLine(request.repositoryLanguage ?? ""),
  };
}

/** Values come from outside (names of files and pulses): none may add a line, and so a trailer; one that shows nothing is none. */
function findLine(text: string): string | undefined {
  const line = text.replaceAll(LINE_BREAKING, " ").replaceAll(TURNING, "").trim();
  return VISIBLE.test(line) ? line : undefined;
}

function clip(text: string): string {
  return text.length <= 200 ? text : (LEADING_CHARACTERS.exec(text)?.[0].trimEnd() ?? "");
}

function spaceOf(request: MessageRequest, grammar: Grammar, values: MessageValues): SubjectSpace {
  const own = request.settings.templates.filter((template) => isRenderable(template, values));
  if (own.length === 0) return grammarSpace(request, grammar, values);
  return { count: own.length, at: (index) => unmark(clip(render(own[index] as string, values).trim())) };
}

/** A name of a pulse may be the mark, and a template no more than the name. */
function unmark(subject: string): string {
  return subject.replace(MARK, "Pulse-Run");
}

/** Every line that the grammar has for these values, numbered and not written out: there are hundreds. */
function grammarSpace(
  { settings, changeKind }: MessageRequest,
  grammar: Grammar,
  values: MessageValues,
): SubjectSpace {
  const { leads, verbs, tails } = grammar.styles[settings.style];
  const objects = grammar.objects[changeKind];
  const known = tails.filter((tail) => isRenderable(tail, values));
  return {
    count: leads.length * verbs.length * objects.length * known.length,
    at: (index) => {
      let left = index;
      const take = (parts: readonly string[]) => {
        const part = parts[left % parts.length] as string;
        left = Math.floor(left / parts.length);
        return part;
      };
      const body = { tail: render(take(known), values), object: take(objects), verb: take(verbs) };
      return clip(take(leads) + grammar.join(body));
    },
  };
}
