"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pause, Pencil, Play, Trash2, Zap } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { showToast } from "@/components/toasts";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Pulse } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Button } from "@/components/ui/button";

export function PulseActions({ pulse }: { pulse: Pulse }) {
  const t = useTranslations("pulse");
  const router = useRouter();
  const client = useQueryClient();
  const onError = useProblemToast();
  const path = { params: { path: { id: pulse.id } } };
  const paused = pulse.state === "paused";
  const toggle = useMutation({
    mutationFn: () =>
      unwrap(
        browserApi.PATCH("/api/v1/pulses/{id}", { ...path, body: { state: paused ? "active" : "paused" } }),
      ),
    onError,
    onSuccess: (next) => {
      client.setQueryData(queries.pulse(pulse.id).queryKey, next);
      void client.invalidateQueries({ queryKey: ["pulses"] });
      void client.invalidateQueries({ queryKey: ["runs"] });
      showToast({ kind: "success", title: t(paused ? "resumed" : "paused") });
    },
  });
  const runNow = useMutation({
    mutationFn: () => unwrap(browserApi.POST("/api/v1/pulses/{id}/run", path)),
    onError,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["runs"] });
      void client.invalidateQueries({ queryKey: ["pulses"] });
      showToast({ kind: "success", title: t("runPlanned"), description: t("runPlannedHint") });
    },
  });
  const remove = useMutation({
    mutationFn: () => unwrap(browserApi.DELETE("/api/v1/pulses/{id}", path)),
    onError,
    onSuccess: () => {
      client.removeQueries({ queryKey: queries.pulse(pulse.id).queryKey });
      void client.invalidateQueries({ queryKey: ["pulses", "list"] });
      showToast({ kind: "success", title: t("deleted", { name: pulse.name }) });
      router.push("/app/pulses");
    },
  });
  return (
    <>
      <Button variant="primary" onClick={() => runNow.mutate()} pending={runNow.isPending}>
        {runNow.isPending ? null : <Zap aria-hidden />}
        {t("runNow")}
      </Button>
      {pulse.state === "finished" ? null : (
        <Button onClick={() => toggle.mutate()} pending={toggle.isPending}>
          {toggle.isPending ? null : paused ? <Play aria-hidden /> : <Pause aria-hidden />}
          {t(paused ? "resume" : "pause")}
        </Button>
      )}
      <Button asChild>
        <Link href={`/app/pulses/${pulse.id}/edit`}>
          <Pencil aria-hidden />
          {t("edit")}
        </Link>
      </Button>
      <ConfirmDialog
        trigger={(open) => (
          <Button variant="danger-quiet" size="icon" aria-label={t("delete")} onClick={open}>
            <Trash2 aria-hidden />
          </Button>
        )}
        title={t("deleteTitle", { name: pulse.name })}
        description={t("deleteDescription")}
        confirmLabel={t("delete")}
        onConfirm={() => remove.mutateAsync()}
      />
    </>
  );
}
