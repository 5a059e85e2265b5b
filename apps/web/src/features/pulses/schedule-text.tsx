"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { Schedule } from "@/api/types";
import { DATE_CLOCK } from "@/i18n/clock";
import { useHourText } from "./hour-text";
import { splitInterval } from "./interval-units";
import { WEEKDAY_KEYS } from "./weekdays";

type TimesSchedule = Extract<Schedule, { kind: "times" }>;

/** A schedule in a sentence: "2 times a day, between 09:00 and 18:00, Mon to Fri". */
export function useScheduleText(): (schedule: Schedule) => string {
  const t = useTranslations("schedule");
  const format = useFormatter();
  const hour = useHourText();
  const describeDays = (weekdays: TimesSchedule["weekdays"]) => {
    if (weekdays.length === 7) return t("everyDay");
    const indices = WEEKDAY_KEYS.flatMap((day, index) => (weekdays.includes(day) ? [index] : []));
    const names = indices.map((index) => t(`weekdayShort.${WEEKDAY_KEYS[index] ?? "mon"}`));
    const isRange = indices.length > 2 && (indices.at(-1) ?? 0) - (indices[0] ?? 0) === indices.length - 1;
    return isRange ? t("range", { from: names[0] ?? "", to: names.at(-1) ?? "" }) : format.list(names);
  };
  return (schedule) => {
    switch (schedule.kind) {
      case "cron":
        return t("cron", { expression: schedule.expression });
      case "times": {
        const days = describeDays(schedule.weekdays);
        const values = {
          count: schedule.count,
          from: hour(schedule.fromHour),
          until: hour(schedule.untilHour),
          days,
        };
        return t(schedule.per === "day" ? "timesADay" : "timesAWeek", values);
      }
      case "every": {
        const { amount, unit } = splitInterval(schedule.everyMinutes);
        return t(`every.${unit}`, { count: amount });
      }
      case "once":
        return t("once", {
          at: format.dateTime(new Date(schedule.runAt), DATE_CLOCK),
        });
    }
  };
}
