"use client";

import { useFormatter, useNow, useTranslations } from "next-intl";
import { CLOCK, CLOCK_SECONDS, DAY_CLOCK } from "@/i18n/clock";

const styles = {
  date: { day: "numeric", month: "short", year: "numeric" },
  dateTime: { day: "numeric", month: "short", ...CLOCK },
  full: {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    ...CLOCK_SECONDS,
    timeZoneName: "short",
  },
  day: { weekday: "short", day: "numeric", month: "short" },
  time: CLOCK,
  timeSeconds: CLOCK_SECONDS,
  weekdayTime: DAY_CLOCK,
} as const;

type InstantProps = { at: string; as?: keyof typeof styles; timeZone?: string; className?: string };

/** An instant in the reader's language and time zone; the whole of it on hover. */
export function Instant({ at, as = "dateTime", timeZone, className }: InstantProps) {
  const format = useFormatter();
  const date = new Date(at);
  const zone = timeZone ? { timeZone } : {};
  return (
    <time
      dateTime={at}
      title={format.dateTime(date, { ...styles.full, ...zone })}
      className={className}
      suppressHydrationWarning
    >
      {format.dateTime(date, { ...styles[as], ...zone })}
    </time>
  );
}

const JUST_MS = 45_000;
/** The page's own clock is behind by its update interval, so what has just happened may seem to be ahead. */
const STALE_MS = 20_000;

type RelativeTimeProps = {
  at: string;
  /** For what should happen then: once it has passed it reads "expected 5 minutes ago", for it has not happened. */
  expected?: boolean;
  className?: string;
};

/** "3 minutes ago", "in 2 hours": kept true while the page is open. */
export function RelativeTime({ at, expected, className }: RelativeTimeProps) {
  const format = useFormatter();
  const t = useTranslations("time");
  const now = useNow({ updateInterval: 15_000 });
  const date = new Date(at);
  const aheadMs = date.getTime() - now.getTime();
  const distance = format.relativeTime(date, { now, style: "long" });
  const isNow = Math.abs(aheadMs) < JUST_MS;
  const text = isNow
    ? t(expected || aheadMs > STALE_MS ? "anyMoment" : "justNow")
    : expected && aheadMs < 0
      ? t("expected", { ago: distance })
      : distance;
  return (
    <time
      dateTime={at}
      title={format.dateTime(date, styles.full)}
      className={className}
      suppressHydrationWarning
    >
      {text}
    </time>
  );
}
