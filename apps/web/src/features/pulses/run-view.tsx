"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ban } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Run } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { ErrorState } from "@/components/error-state";
import { Instant } from "@/components/instant";
import { PageHeader } from "@/components/page-header";
import { RecoveryBadge, RunStateBadge } from "@/components/states";
import { showToast } from "@/components/toasts";
import { Button } from "@/components/ui/button";
import { Card, Section } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { DATE_CLOCK } from "@/i18n/clock";
import { PulseSkeleton } from "./pulse-view";
import { RunNotes, RunResult } from "./run-note";

export function RunView({ id }: { id: string }) {
  const t = useTranslations("run");
  const nav = useTranslations("nav");
  const format = useFormatter();
  const run = useQuery(queries.run(id));
  if (run.isPending) return <PulseSkeleton />;
  if (run.isError) {
    return (
      <Card>
        <ErrorState error={run.error} onRetry={() => void run.refetch()} retrying={run.isFetching} />
      </Card>
    );
  }
  const { pulseId, pulseName, plannedAt } = run.data;
  const at = format.dateTime(new Date(plannedAt), DATE_CLOCK);
  return (
    <>
      <PageHeader
        title={t("title", { at })}
        badges={
          <>
            <RunStateBadge run={run.data} />
            <RecoveryBadge run={run.data} />
          </>
        }
        crumbs={[
          { href: "/app/pulses", label: nav("pulses") },
          ...(pulseId && pulseName ? [{ href: `/app/pulses/${pulseId}`, label: pulseName }] : []),
        ]}
        actions={isCancellable(run.data) ? <CancelRun run={run.data} /> : null}
      />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <Section title={t(run.data.state === "succeeded" ? "what" : "why")}>
          <div className="max-w-prose text-sm">
            <Outcome run={run.data} />
            <RunNotes run={run.data} />
          </div>
        </Section>
        <RunFacts run={run.data} />
      </div>
    </>
  );
}

/** The reason in words; where there is none to give, that nothing is wrong. */
function Outcome({ run }: { run: Run }) {
  const t = useTranslations("run");
  if (run.commitUrl !== null) return <p>{t.rich("committed", { commit: () => <RunResult run={run} /> })}</p>;
  if (run.reason !== null) return <RunResult run={run} />;
  if (run.state === "succeeded") return <p>{t("done")}</p>;
  return <p>{t(run.endedAt === null ? "reasonless" : "noReason")}</p>;
}

const isCancellable = ({ state, kind }: Run): boolean =>
  kind !== "verify" && (state === "planned" || state === "queued" || state === "offered");

function CancelRun({ run }: { run: Run }) {
  const t = useTranslations("run");
  const client = useQueryClient();
  const onError = useProblemToast();
  const cancel = useMutation({
    mutationFn: () =>
      unwrap(browserApi.POST("/api/v1/runs/{id}/cancel", { params: { path: { id: run.id } } })),
    onError,
    onSuccess: (next) => {
      client.setQueryData(queries.run(run.id).queryKey, next);
      void client.invalidateQueries({ queryKey: ["runs", "list"] });
      void client.invalidateQueries({ queryKey: ["pulses"] });
      showToast({ kind: "success", title: t("cancelled") });
    },
  });
  return (
    <ConfirmDialog
      trigger={(open) => (
        <Button variant="danger-quiet" onClick={open}>
          <Ban aria-hidden />
          {t("cancel")}
        </Button>
      )}
      title={t("cancelTitle")}
      description={t("cancelDescription")}
      confirmLabel={t("cancel")}
      onConfirm={() => cancel.mutateAsync()}
    />
  );
}

function RunFacts({ run }: { run: Run }) {
  const t = useTranslations("run");
  const kinds = useTranslations("runs.kind");
  const format = useFormatter();
  const workers = useQuery(queries.workers());
  const worker = workers.data?.rows.find((it) => it.id === run.workerId);
  const instant = (at: string | null) =>
    at === null ? (
      <span className="text-ink-faint">{t("notYet")}</span>
    ) : (
      <Instant at={at} as="weekdayTime" />
    );
  return (
    <Section title={t("facts")}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2.5 text-sm">
        {run.pulseId ? (
          <Fact name={t("pulse")}>
            <Link href={`/app/pulses/${run.pulseId}`} className="text-accent underline underline-offset-2">
              {run.pulseName ?? kinds(run.kind)}
            </Link>
          </Fact>
        ) : null}
        <Fact name={t("kind")}>{kinds(run.kind)}</Fact>
        <Fact name={t("worker")}>
          <Link href={`/app/workers/${run.workerId}`} className="text-accent underline underline-offset-2">
            {worker?.repository?.fullName ?? t("worker")}
          </Link>
        </Fact>
        {run.nominalAt === run.plannedAt ? null : (
          <Fact name={t("occurrence")}>{instant(run.nominalAt)}</Fact>
        )}
        <Fact name={t("planned")}>{instant(run.plannedAt)}</Fact>
        {run.endedAt === null ? (
          <>
            <Fact name={t("lateAfter")}>{instant(run.lateAfter)}</Fact>
            <Fact name={t("windowEnds")}>{instant(run.windowEndsAt)}</Fact>
          </>
        ) : null}
        <Fact name={t("offered")}>{instant(run.offeredAt)}</Fact>
        <Fact name={t("claimed")}>{instant(run.claimedAt)}</Fact>
        <Fact name={t("ended")}>{instant(run.endedAt)}</Fact>
        <Fact name={t("attempts")}>
          <span className="num">{format.number(run.attempts)}</span>
        </Fact>
        <Fact name={t("id")}>
          <span className="flex items-center gap-1">
            <code className="truncate font-mono text-xs">{run.id}</code>
            <CopyButton text={run.id} label={t("copyId")} />
          </span>
        </Fact>
      </dl>
    </Section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
