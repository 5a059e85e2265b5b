"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Pulse } from "@/api/types";
import { Instant, RelativeTime } from "@/components/instant";

/** When the pulse runs next, and the window that its jitter leaves. */
export function NextRun({ pulse, named }: { pulse: Pulse; named?: boolean }) {
  const t = useTranslations("nextRun");
  if (!pulse.nextRun) {
    return <p className="text-ink-soft text-sm">{t(pulse.state === "paused" ? "paused" : "none")}</p>;
  }
  const { plannedAt, earliestAt, latestAt } = pulse.nextRun;
  return (
    <div className="text-sm">
      <p className="font-semibold text-lg">
        <RelativeTime expected at={plannedAt} />
      </p>
      <p className="mt-0.5 text-ink-soft">
        <Instant at={plannedAt} as="weekdayTime" />
        {named ? (
          <>
            {" · "}
            <Link href={`/app/pulses/${pulse.id}`} className="text-accent underline underline-offset-2">
              {pulse.name}
            </Link>
          </>
        ) : null}
      </p>
      {earliestAt === latestAt ? null : (
        <p className="mt-2.5 text-ink-faint text-xs">
          {t.rich("window", {
            from: () => <Instant at={earliestAt} as="time" />,
            until: () => <Instant at={latestAt} as="time" />,
          })}
        </p>
      )}
      {named ? null : <p className="mt-1 text-ink-faint text-xs">{t("waits")}</p>}
    </div>
  );
}
