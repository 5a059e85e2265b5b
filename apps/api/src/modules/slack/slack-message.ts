import { type Locale, localeSchema } from "@pulsekeep/contracts/api/shared";
import type { SlackKind } from "@pulsekeep/contracts/api/slack";
import { DICTIONARIES, type Reason, renderMessage, type VerdictState } from "@pulsekeep/verdict";
import { SLACK_TEXTS, type SlackTexts } from "./slack-texts.js";

type Text = { type: "plain_text" | "mrkdwn"; text: string };
type Block = { type: "header" | "section"; text?: Text; fields?: Text[] };
/** What an incoming webhook takes: `text` is what notifications show, `blocks` what the channel does. */
export type SlackMessage = { text: string; blocks: Block[]; unfurl_links: false };

export type DeploymentFacts = {
  kind: SlackKind;
  locale: string;
  project: string;
  number: number;
  environment: string;
  service: string;
  version: string | null;
  branch: string | null;
  /** Null while nothing may be said of it, as in a dry run. */
  verdict: { state: VerdictState; confidence: number } | null;
  reasons: readonly Reason[];
  url: string;
};

/** Slack's own limits are 150 characters of a header, 2,000 of a field and 3,000 of a section. */
const MAX_TITLE = 150;
const MAX_VALUE = 120;
const MAX_REASON = 400;
const MAX_REASONS = 5;

/** Tells of a deployment, in one of our languages; others get English. */
export function composeMessage(facts: DeploymentFacts): SlackMessage {
  const { kind, number, verdict } = facts;
  const locale = toLocale(facts.locale);
  const texts = SLACK_TEXTS[locale];
  const params = { project: facts.project, number, verdict: verdict ? texts.verdict[verdict.state] : "" };
  const title = fill(texts.title[kind], params);
  const leads: Partial<Record<SlackKind, string>> = texts.lead;
  const body = [leads[kind] ?? "", ...listReasons(facts.reasons, locale, texts)].filter(
    (line) => line !== "",
  );
  return {
    text: escapeText(`${title} (${inOneLine(facts.environment)})`),
    blocks: [
      { type: "header", text: { type: "plain_text", text: cut(title, MAX_TITLE) } },
      { type: "section", fields: listFields(facts, locale, texts) },
      ...(body.length > 0 ? [section(body.map(escapeText).join("\n"))] : []),
      section(`<${facts.url}|${escapeText(fill(texts.open, params))}>`),
    ],
    unfurl_links: false,
  };
}

/** What is sent on request, to see whether it arrives. @param text a text of the caller's own */
export function composeTest({
  project,
  locale,
  text,
  url,
}: {
  project: string;
  locale: string;
  text: string | undefined;
  url: string;
}): SlackMessage {
  const texts = SLACK_TEXTS[toLocale(locale)];
  const title = fill(texts.title.test, { project });
  const body = text ?? fill(texts.lead.test, { project });
  return {
    text: escapeText(title),
    blocks: [
      { type: "header", text: { type: "plain_text", text: cut(title, MAX_TITLE) } },
      section(`${escapeText(body)}\n<${url}|${escapeText(inOneLine(project))}>`),
    ],
    unfurl_links: false,
  };
}

function listFields(facts: DeploymentFacts, locale: Locale, { label, verdict: names }: SlackTexts): Text[] {
  const { verdict } = facts;
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  // An inconclusive verdict is sure of nothing.
  const isSure = verdict !== null && verdict.confidence > 0;
  const values: [string, string | null][] = [
    [label.environment, facts.environment],
    [label.service, facts.service],
    [label.version, facts.version],
    [label.branch, facts.branch],
    [label.verdict, verdict && names[verdict.state]],
    [label.confidence, isSure ? share.format(verdict.confidence) : null],
  ];
  return values.flatMap(([name, value]): Text[] =>
    value ? [{ type: "mrkdwn", text: `*${name}*\n${escapeText(cut(inOneLine(value), MAX_VALUE))}` }] : [],
  );
}

function listReasons(reasons: readonly Reason[], locale: Locale, { more }: SlackTexts): string[] {
  const shown = reasons.slice(0, MAX_REASONS).map(({ key, params }) =>
    // A kept verdict may be older than today's texts.
    cut(`• ${key in DICTIONARIES[locale] ? renderMessage(locale, key, params) : key}`, MAX_REASON),
  );
  const left = reasons.length - shown.length;
  return left > 0 ? [...shown, fill(more, { count: left })] : shown;
}

const section = (text: string): Block => ({ type: "section", text: { type: "mrkdwn", text } });

function toLocale(text: string): Locale {
  const known = localeSchema.safeParse(text);
  return known.success ? known.data : "en";
}

const fill = (text: string, params: Record<string, string | number>): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => inOneLine(String(params[name] ?? "")));

const inOneLine = (text: string): string => text.replace(/\p{Cc}+/gu, " ");

/** By UTF-16 units, as limits are counted, and between characters. */
const cut = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;

/** The three characters that Slack reads: a name cannot call a channel, link anywhere or mention anybody. */
const escapeText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
