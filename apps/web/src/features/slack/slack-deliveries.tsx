"use client";

import { CircleCheck, CirclePause, CircleX, Clock } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { SlackDelivery } from "@/api/types";
import { RelativeTime } from "@/components/instant";
import { Badge } from "@/components/ui/badge";
import { SlackAnswer } from "./slack-answer";

const LOOKS = {
  queued: { tone: "unsure", icon: Clock },
  sent: { tone: "ok", icon: CircleCheck },
  failed: { tone: "danger", icon: CircleX },
  suppressed: { tone: "neutral", icon: CirclePause },
} as const;

/** What became of the last messages, and why. */
export function SlackDeliveries({ deliveries }: { deliveries: readonly SlackDelivery[] }) {
  const t = useTranslations("slack");
  if (deliveries.length === 0) return null;
  return (
    <div>
      <h3 className="font-medium text-sm">{t("deliveries")}</h3>
      <ul className="mt-2 divide-y divide-line rounded-md border border-line">
        {deliveries.map((it) => (
          <Delivery key={`${it.deploymentId} ${it.kind}`} delivery={it} />
        ))}
      </ul>
    </div>
  );
}

function Delivery({ delivery }: { delivery: SlackDelivery }) {
  const t = useTranslations("slack");
  const { deploymentId, number, environment, kind, state, attempts, reason } = delivery;
  const { tone, icon } = LOOKS[state];
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-3.5 py-2.5 text-sm">
      <span className="min-w-0">
        <Link href={`/app/deployments/${deploymentId}`} className="font-medium hover:underline">
          {t("deployment", { number })}
        </Link>
        <span className="text-ink-soft">
          {" · "}
          {environment}
          {" · "}
          {t(`kind.${kind}`)}
        </span>
        <span className="block text-ink-faint text-xs">
          {reason ? (
            <>
              <SlackAnswer code={reason} />
              {" · "}
            </>
          ) : null}
          {attempts > 1 ? `${t("attempts", { count: attempts })} · ` : null}
          <When delivery={delivery} />
        </span>
      </span>
      <Badge tone={tone} icon={icon}>
        {t(`delivery.${state}`)}
      </Badge>
    </li>
  );
}

function When({ delivery: { state, nextAttemptAt, endedAt, queuedAt } }: { delivery: SlackDelivery }) {
  const t = useTranslations("slack");
  if (state !== "queued" || nextAttemptAt === null) return <RelativeTime at={endedAt ?? queuedAt} />;
  return (
    <>
      {t("nextAttempt")} <RelativeTime at={nextAttemptAt} />
    </>
  );
}
