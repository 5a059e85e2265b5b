"use client";

import { Radar } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Deployment } from "@/api/types";
import { DeploymentStateBadge } from "@/components/states";
import { Duration } from "../deployments/duration";
import { ObservationProgress } from "../deployments/observation-progress";

/** Deployments that are running or observed right now. */
export function LiveDeployments({ deployments }: { deployments: readonly Deployment[] }) {
  const t = useTranslations("overview");
  const numbers = useTranslations("deployments");
  if (deployments.length === 0) return null;
  return (
    <section aria-labelledby="live-deployments">
      <h2 id="live-deployments" className="mb-2.5 flex items-center gap-2 font-medium text-ink-soft text-sm">
        <Radar aria-hidden className="size-4 animate-pulse-dot text-seqpulse" />
        {t("live")}
      </h2>
      <ul className="flex flex-col gap-3">
        {deployments.map((it) => (
          <li
            key={it.id}
            className="relative overflow-hidden rounded-lg border border-line bg-surface shadow-card"
          >
            <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3.5">
              <Link
                href={`/app/deployments/${it.id}`}
                className="min-w-0 font-semibold wrap-anywhere after:absolute after:inset-0 hover:underline"
              >
                <bdi>{it.projectName}</bdi> {numbers("number", { number: it.number })}
              </Link>
              <span className="text-ink-soft text-sm">{it.environment}</span>
              <span className="ml-auto text-ink-soft text-sm">
                <Duration fromAt={it.startedAt} toAt={null} />
              </span>
              <DeploymentStateBadge state={it.state} />
            </div>
            <div className="*:rounded-none *:border-0 *:border-line *:border-t *:shadow-none">
              <ObservationProgress deployment={it} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
