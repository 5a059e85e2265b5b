import type { AuditFilter } from "../../api/queries";

const ACTOR_KINDS = ["user", "worker", "api_key", "system"] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** What is chosen on the page; days as `YYYY-MM-DD`. */
export type AuditChoice = { action?: string; actorKind?: ActorKind; fromDay?: string; toDay?: string };

type SearchParams = Record<string, string | string[] | undefined>;

/** The filter that an address asks for; unknown values ask for nothing. Days are the reader's own. */
export function parseAuditFilter(search: SearchParams): AuditChoice {
  const text = (name: string) => {
    const value = search[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const day = (name: string) => {
    const value = text(name);
    return value !== undefined && dayStart(value) !== undefined ? value : undefined;
  };
  return {
    action: text("action"),
    actorKind: findActorKind(text("by")),
    fromDay: day("from"),
    toDay: day("to"),
  };
}

/** The query of an address that asks for this filter. */
export function writeAuditFilter({ action, actorKind, fromDay, toDay }: AuditChoice): string {
  const named = { action, by: actorKind, from: fromDay, to: toDay };
  const asked = Object.entries(named).filter((it): it is [string, string] => Boolean(it[1]));
  return new URLSearchParams(asked).toString();
}

export function findActorKind(text: string | undefined): ActorKind | undefined {
  return ACTOR_KINDS.find((it) => it === text);
}

/** What the API is asked: instants, the last day included whole. */
export function auditQueryOf({ action, actorKind, fromDay, toDay }: AuditChoice): AuditFilter {
  return {
    action,
    actorKind,
    from: fromDay === undefined ? undefined : dayStart(fromDay)?.toISOString(),
    to: toDay === undefined ? undefined : dayStart(toDay, 1)?.toISOString(),
  };
}

/** Midnight of a day `YYYY-MM-DD` in the reader's own time zone; undefined where there is no such day. */
function dayStart(day: string, daysLater = 0): Date | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day)?.map(Number) ?? [];
  if (year === undefined || month === undefined || date === undefined || year < 1970) return undefined;
  const start = new Date(year, month - 1, date);
  if (start.getMonth() !== month - 1 || start.getDate() !== date) return undefined;
  return new Date(year, month - 1, date + daysLater);
}
