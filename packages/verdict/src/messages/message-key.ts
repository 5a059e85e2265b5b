import type { en } from "./en.js";
import type { enHints } from "./en-hints.js";

export type MessageKey = keyof typeof en;
export type MessageParams = Record<string, string | number>;
export type Dictionary = Record<MessageKey, string>;
export type HintDictionary = Record<keyof typeof enHints, string>;
export type VerdictLocale = "en" | "fr" | "es" | "de";
