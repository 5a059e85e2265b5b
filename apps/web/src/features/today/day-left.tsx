"use client";

import { useFormatter, useNow, useTimeZone, useTranslations } from "next-intl";
import { writeZoneId } from "@/i18n/zone-id";
import { DurationOf } from "../deployments/duration";
import { getSecondsLeftToday } from "./seconds-left-today";

/** How long the user's own day lasts, in the user's own zone. */
export function DayLeft() {
  const t = useTranslations("today");
  const format = useFormatter();
  const zone = useTimeZone() ?? "UTC";
  const now = useNow({ updateInterval: 30_000 });
  const minutes = Math.floor(getSecondsLeftToday(now, zone) / 60);
  return (
    <>
      <p className="font-semibold text-lg" suppressHydrationWarning>
        {format.dateTime(now, { weekday: "long", day: "numeric", month: "long" })}
      </p>
      <p className="mt-0.5 text-ink-soft text-sm">
        {t("endsIn")} <DurationOf seconds={minutes * 60} />
      </p>
      <p className="mt-2.5 text-ink-faint text-xs">{t("zone", { zone: writeZoneId(zone) })}</p>
    </>
  );
}
