"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { Schedule } from "@/api/types";
import { WEEKDAY_KEYS } from "./weekdays";

/** A schedule in a sentence: "2 times a day, between 09:00 and 18:00, Mon to Fri". */
export function useScheduleText(): (schedule: Schedule) => string {
  const t = useTranslations("schedule");
  const format = useFormatter();
  const hour = (value: number) => `${String(value % 24).padStart(2, "0")}:00`;
  return (schedule) => {
    switch (schedule.kind) {
      case "cron":
        return t("cron", { expression: schedule.expression });
      case "times": {
        const days =
          schedule.weekdays.length === 7
            ? t("everyDay")
            : format.list(
                WEEKDAY_KEYS.filter((it) => schedule.weekdays.includes(it)).map((it) =>
                  t(`weekdayShort.${it}`),
                ),
              );
        const values = {
          count: schedule.count,
          from: hour(schedule.fromHour),
          until: schedule.untilHour === 24 ? "24:00" : hour(schedule.untilHour),
          days,
        };
        return t(schedule.per === "day" ? "timesADay" : "timesAWeek", values);
      }
      case "every":
        return t("every", { minutes: schedule.everyMinutes });
      case "once":
        return t("once", {
          at: format.dateTime(new Date(schedule.runAt), { dateStyle: "medium", timeStyle: "short" }),
        });
    }
  };
}
