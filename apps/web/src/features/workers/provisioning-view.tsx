"use client";

import { ExternalLink, ShieldCheck, ShieldQuestion } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Provisioning } from "@/api/types";
import { ErrorState } from "@/components/error-state";
import { Instant } from "@/components/instant";
import { PageHeader } from "@/components/page-header";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { PulseSkeleton } from "../pulses/pulse-view";
import { getConsentFate } from "./consent-fate";
import { ProvisioningProgress } from "./provisioning-progress";
import { useLiveProvisioning } from "./use-live-provisioning";

export function ProvisioningView({ id }: { id: string }) {
  const t = useTranslations("provisioning");
  const nav = useTranslations("nav");
  const provisioning = useLiveProvisioning(id);
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
        title={t(titles[provisioning.data.purpose])}
        description={t("description")}
        crumbs={[{ href: "/app/workers", label: nav("workers") }]}
      />
      <div className="grid max-w-5xl grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,5fr)_minmax(17rem,3fr)]">
        <ProvisioningProgress provisioning={provisioning.data} />
        {provisioning.data.way === "consent" ? <TokenCard provisioning={provisioning.data} /> : <OwnToken />}
      </div>
    </>
  );
}

const titles = { create: "title", rotate: "titleRotate", move: "titleMove" } as const;

function OwnToken() {
  const t = useTranslations("provisioning.ownToken");
  return (
    <Card className="p-5">
      <h2 className="flex items-center gap-2.5 font-semibold">
        <ShieldCheck aria-hidden className="size-5 text-ok" />
        {t("title")}
      </h2>
      <p className="mt-2 text-ink-soft text-sm">{t("text")}</p>
    </Card>
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
