"use client";

import { useQuery } from "@tanstack/react-query";
import { Workflow } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import { ErrorState } from "@/components/error-state";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PulseForm } from "./pulse-form";
import { getNewPulseValues } from "./pulse-form-values";
import { PulseSkeleton } from "./pulse-view";

type PulseCreateProps = { timeZones: readonly string[]; timeZone: string };

export function PulseCreate({ timeZones, timeZone }: PulseCreateProps) {
  const t = useTranslations("pulses");
  const locale = useLocale();
  const workers = useQuery(queries.workers());
  if (workers.isPending) return <PulseSkeleton />;
  if (workers.isError) {
    return (
      <Card>
        <ErrorState
          error={workers.error}
          onRetry={() => void workers.refetch()}
          retrying={workers.isFetching}
        />
      </Card>
    );
  }
  const usable = workers.data.rows.filter((it) => it.state === "active");
  const first = usable[0];
  const coming = workers.data.rows.some((it) => it.state === "provisioning" || it.state === "verifying");
  if (!first) {
    return (
      <Card>
        <EmptyState
          icon={Workflow}
          title={t(coming ? "verifyingTitle" : "needsWorker")}
          action={
            <Button asChild variant="primary">
              <Link href="/app/workers">{t(coming ? "openWorkers" : "workerFirst")}</Link>
            </Button>
          }
        >
          {t(coming ? "verifyingHint" : "emptyHintNoWorker")}
        </EmptyState>
      </Card>
    );
  }
  return (
    <PulseForm
      initial={getNewPulseValues({ workerId: first.id, timeZone, locale })}
      workers={usable}
      timeZones={timeZones}
    />
  );
}
