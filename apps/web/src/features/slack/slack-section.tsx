"use client";

import { useQuery } from "@tanstack/react-query";
import { BellOff, BellRing, CircleAlert, Unplug } from "lucide-react";
import { useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import type { SlackSettings } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { Badge } from "@/components/ui/badge";
import { Section } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { SlackAnswer } from "./slack-answer";
import { SlackDeliveries } from "./slack-deliveries";
import { SlackForm } from "./slack-form";

/** Where a project's messages for Slack go, and what came of the last ones. */
export function SlackSection({ projectId }: { projectId: string }) {
  const t = useTranslations("slack");
  const slack = useQuery(queries.slack(projectId));
  return (
    <Section
      title={t("title")}
      hint={t("hint")}
      action={slack.data ? <StateBadge settings={slack.data} /> : null}
    >
      {slack.isPending ? <Skeleton className="h-72" /> : null}
      {slack.isError ? (
        <ErrorState error={slack.error} onRetry={() => void slack.refetch()} retrying={slack.isFetching} />
      ) : null}
      {slack.data ? (
        <div className="flex flex-col gap-5">
          {slack.data.switchedOff ? <Gone reason={slack.data.switchedOff.reason} /> : null}
          <SlackForm projectId={projectId} settings={slack.data} />
          <SlackDeliveries deliveries={slack.data.deliveries} />
        </div>
      ) : null}
    </Section>
  );
}

function StateBadge({ settings: { enabled, webhookUrlPreview, switchedOff } }: { settings: SlackSettings }) {
  const t = useTranslations("slack.state");
  if (switchedOff) {
    return (
      <Badge tone="danger" icon={Unplug}>
        {t("gone")}
      </Badge>
    );
  }
  if (webhookUrlPreview === null) return <Badge tone="unsure">{t("none")}</Badge>;
  return enabled ? (
    <Badge tone="ok" icon={BellRing}>
      {t("on")}
    </Badge>
  ) : (
    <Badge tone="unsure" icon={BellOff}>
      {t("off")}
    </Badge>
  );
}

function Gone({ reason }: { reason: string }) {
  const t = useTranslations("slack");
  return (
    <div role="status" className="flex gap-3 rounded-md bg-danger-soft px-4 py-3 text-danger text-sm">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        <p>{t("gone")}</p>
        <p className="mt-0.5 text-xs">
          <SlackAnswer code={reason} />
        </p>
      </div>
    </div>
  );
}
