"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import { ErrorState } from "@/components/error-state";
import { PageHeader } from "@/components/page-header";
import { Card } from "@/components/ui/card";
import { PulseForm } from "./pulse-form";
import { getPulseValues } from "./pulse-form-values";
import { PulseSkeleton } from "./pulse-view";

export function PulseEdit({ id, timeZones }: { id: string; timeZones: readonly string[] }) {
  const t = useTranslations("pulseForm");
  const nav = useTranslations("nav");
  const pulse = useQuery(queries.pulse(id));
  const workers = useQuery(queries.workers());
  if (pulse.isError || workers.isError) {
    const failed = pulse.isError ? pulse : workers;
    return (
      <Card>
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} retrying={failed.isFetching} />
      </Card>
    );
  }
  if (pulse.isPending || workers.isPending) return <PulseSkeleton />;
  return (
    <>
      <PageHeader
        title={t("editTitle", { name: pulse.data.name })}
        crumbs={[
          { href: "/app/pulses", label: nav("pulses") },
          { href: `/app/pulses/${id}`, label: pulse.data.name },
        ]}
      />
      <PulseForm
        initial={getPulseValues(pulse.data)}
        workers={workers.data.rows}
        timeZones={[...new Set([...timeZones, pulse.data.timeZone])]}
        pulseId={id}
      />
    </>
  );
}
