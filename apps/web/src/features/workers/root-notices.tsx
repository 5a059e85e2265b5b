"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useNow, useTranslations } from "next-intl";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { WorkerNotice } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { WorkerNoticeRow } from "./worker-notice-row";

const DAY_MS = 86_400_000;

/** Each worker whose secret expires soon or has expired, and a way to put it out of sight. */
export default function RootNotices({ rows }: { rows: readonly WorkerNotice[] }) {
  return (
    <ul className="flex flex-col gap-2">
      {rows.map((notice) => (
        <RootNotice key={notice.workerId} notice={notice} />
      ))}
    </ul>
  );
}

function RootNotice({ notice }: { notice: WorkerNotice }) {
  const t = useTranslations("rootNotice");
  const workers = useTranslations("workers");
  const now = useNow();
  const client = useQueryClient();
  const onError = useProblemToast();
  const dismiss = useMutation({
    mutationFn: () =>
      unwrap(
        browserApi.POST("/api/v1/workers/{id}/notices/dismissal", {
          params: { path: { id: notice.workerId } },
        }),
      ),
    onError,
    onSuccess: () => client.invalidateQueries({ queryKey: queries.workerNotices().queryKey }),
  });
  const leftMs = Date.parse(notice.secretExpiresAt) - now.getTime();
  const repository = notice.repository ?? workers("unnamed");
  return (
    <WorkerNoticeRow
      tone={leftMs > 0 ? "warning" : "danger"}
      icon={KeyRound}
      workerId={notice.workerId}
      link={t("replace")}
      dismissLabel={t("dismiss", { repository })}
      onDismiss={() => dismiss.mutate()}
    >
      {leftMs > 0
        ? t("soon", { repository, days: Math.ceil(leftMs / DAY_MS) })
        : t("expired", { repository })}
    </WorkerNoticeRow>
  );
}
