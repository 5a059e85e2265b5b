"use client";

import { useQuery } from "@tanstack/react-query";
import { CircleCheck, ExternalLink, OctagonAlert, ShieldCheck, ShieldQuestion } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import type { Provisioning } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { Instant } from "@/components/instant";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { PulseSkeleton } from "../pulses/pulse-view";
import { getConsentFate } from "./consent-fate";
import { CreateWorkerButton } from "./create-worker-button";
import { ProvisioningSteps } from "./provisioning-steps";

const POLL_MS = 2_000;

export function ProvisioningView({ id }: { id: string }) {
  const t = useTranslations("provisioning");
  const nav = useTranslations("nav");
  const provisioning = useQuery({
    ...queries.provisioning(id),
    // The seconds in which somebody watches a worker come to life: the stream may lag, this does not.
    refetchInterval: ({ state }) => (state.data && isEnded(state.data) ? false : POLL_MS),
  });
  if (provisioning.isPending) return <PulseSkeleton />;
  if (provisioning.isError) {
    return (
      <Card>
        <ErrorState
          error={provisioning.error}
          onRetry={() => void provisioning.refetch()}
          retrying={provisioning.isFetching}
        />
      </Card>
    );
  }
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        crumbs={[{ href: "/app/workers", label: nav("workers") }]}
      />
      <div className="grid max-w-5xl grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,5fr)_minmax(17rem,3fr)]">
        <Card className="overflow-hidden">
          <Outcome provisioning={provisioning.data} />
          <ProvisioningSteps steps={provisioning.data.steps} />
        </Card>
        <TokenCard provisioning={provisioning.data} />
      </div>
    </>
  );
}

function isEnded({ state }: Provisioning): boolean {
  return state === "done" || state === "failed";
}

function Outcome({ provisioning }: { provisioning: Provisioning }) {
  const t = useTranslations("provisioning");
  const { state } = provisioning;
  if (state === "done") {
    return (
      <div role="status" className="flex flex-wrap items-center gap-x-4 gap-y-3 bg-ok-soft px-5 py-4">
        <CircleCheck aria-hidden className="size-5 text-ok" />
        <p className="flex-1 font-semibold text-ok">{t("ready")}</p>
        <Button asChild>
          <Link href={`/app/workers/${provisioning.workerId}`}>{t("openWorker")}</Link>
        </Button>
        <Button asChild variant="primary">
          <Link href="/app/pulses/new">{t("createPulse")}</Link>
        </Button>
      </div>
    );
  }
  if (state === "failed") {
    return (
      <div role="alert" className="flex flex-wrap items-center gap-x-4 gap-y-3 bg-danger-soft px-5 py-4">
        <OctagonAlert aria-hidden className="size-5 text-danger" />
        <p className="flex-1 text-danger text-sm">
          <span className="block font-semibold text-base">{t("failed")}</span>
          {t("failedHint")}
        </p>
        <CreateWorkerButton retryOf={provisioning.id} label={t("retry")} />
      </div>
    );
  }
  return (
    <p role="status" className="bg-accent-soft px-5 py-4 font-medium text-accent">
      {t(`state.${state}`)}
    </p>
  );
}

function TokenCard({ provisioning }: { provisioning: Provisioning }) {
  const t = useTranslations("provisioning.token");
  const fate = getConsentFate(provisioning);
  const settled = fate === "revoked" || fate === "notGiven";
  const Icon = settled ? ShieldCheck : ShieldQuestion;
  return (
    <Card className="p-5">
      <h2 className="flex items-center gap-2.5 font-semibold">
        <Icon aria-hidden className={settled ? "size-5 text-ok" : "size-5 text-ink-faint"} />
        {t("title")}
      </h2>
      <p className="mt-2 text-ink-soft text-sm">
        {t(fate)}
        {fate === "revoked" && provisioning.tokenRevokedAt ? (
          <>
            {" "}
            <Instant at={provisioning.tokenRevokedAt} as="timeSeconds" className="num text-ink" />
          </>
        ) : null}
      </p>
      {fate === "notGiven" || fate === "awaited" ? null : (
        <p className="mt-2 text-ink-soft text-sm">{t("kept")}</p>
      )}
      {fate === "notProven" ? (
        <Button asChild className="mt-4">
          <a href={provisioning.revokeUrl} target="_blank" rel="noreferrer">
            {t("revoke")}
            <ExternalLink aria-hidden />
          </a>
        </Button>
      ) : null}
    </Card>
  );
}
