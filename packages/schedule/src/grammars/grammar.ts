import type { CommitChange, MessageSettings } from "@pulsekeep/contracts/schedule";

/**
 * What one language can say. A subject is one `lead`, `verb`, `object` and `tail`; a tail may hold
 * placeholders and is left out when a value for one is missing.
 * Adding a language is one file here and one row in `commit-message.ts`.
 */
export interface Grammar {
  /** Monday first. */
  weekdays: readonly string[];
  /** Puts the parts of a subject into the language's order. */
  join(parts: { verb: string; object: string; tail: string }): string;
  objects: Readonly<Record<CommitChange["kind"], readonly string[]>>;
  styles: Readonly<Record<MessageSettings["style"], GrammarStyle>>;
  /** The sentence below the subject that says where the commit comes from. */
  statement: string;
}

interface GrammarStyle {
  leads: readonly string[];
  verbs: readonly string[];
  tails: readonly string[];
}

export const EMOJI_LEADS: readonly string[] = ["📝 ", "📈 ", "🔁 ", "✨ ", "🌱 ", "📅 "];
