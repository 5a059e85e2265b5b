"use client";

import { useFormatter, useTranslations } from "next-intl";
import { CLOCK } from "@/i18n/clock";

/** A full hour of any day, 0 to 24, as times are written in the reader's language. */
export function useHourText(): (hour: number) => string {
  const t = useTranslations("schedule");
  const format = useFormatter();
  return (hour) =>
    hour === 24
      ? t("midnight")
      : format.dateTime(new Date(Date.UTC(2000, 0, 1, hour)), { ...CLOCK, timeZone: "UTC" });
}
