"use client";

import { useFormatter, useNow, useTranslations } from "next-intl";

type DurationProps = { fromAt: string; toAt: string | null };

/** How long something took, or takes so far: "1 min 12 s". */
export function Duration({ fromAt, toAt }: DurationProps) {
  const now = useNow({ updateInterval: 1_000 });
  const t = useTranslations("time");
  const endMs = toAt === null ? now.getTime() : Date.parse(toAt);
  const seconds = Math.max(0, Math.round((endMs - Date.parse(fromAt)) / 1_000));
  return seconds === 0 && toAt !== null ? <span>{t("underSecond")}</span> : <DurationOf seconds={seconds} />;
}

export function DurationOf({ seconds }: { seconds: number }) {
  const format = useFormatter();
  const t = useTranslations("time");
  const unit = (value: number, name: "hour" | "minute" | "second") =>
    format.number(value, { style: "unit", unit: name, unitDisplay: "short" });
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const rest = seconds % 60;
  const parts =
    hours > 0
      ? [unit(hours, "hour"), minutes > 0 ? unit(minutes, "minute") : ""]
      : [minutes > 0 ? unit(minutes, "minute") : "", rest > 0 || minutes === 0 ? unit(rest, "second") : ""];
  return (
    <span className="tabular-nums" suppressHydrationWarning>
      <span className="sr-only">{t("duration")} </span>
      {parts.filter(Boolean).join(" ")}
    </span>
  );
}
