"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Unplug } from "lucide-react";
import { useTranslations } from "next-intl";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { WorkerSilenceNotice } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { RelativeTime } from "@/components/instant";
import { WorkerNoticeRow } from "./worker-notice-row";

/** Each worker that stays away, and a way to put it out of sight. */
export default function SilenceNotices({ rows }: { rows: readonly WorkerSilenceNotice[] }) {
  return (
    <ul className="flex flex-col gap-2">
      {rows.map((notice) => (
        <SilenceNotice key={notice.workerId} notice={notice} />
      ))}
    </ul>
  );
}

function SilenceNotice({ notice }: { notice: WorkerSilenceNotice }) {
  const t = useTranslations("silenceNotice");
  const workers = useTranslations("workers");
  const client = useQueryClient();
  const onError = useProblemToast();
  const dismiss = useMutation({
    mutationFn: () =>
      unwrap(
        browserApi.POST("/api/v1/workers/{id}/silence/dismissal", {
          params: { path: { id: notice.workerId } },
        }),
      ),
    onError,
    onSuccess: () => client.invalidateQueries({ queryKey: queries.workerNotices().queryKey }),
  });
  const repository = notice.repository ?? workers("unnamed");
  return (
    <WorkerNoticeRow
      tone="danger"
      icon={Unplug}
      workerId={notice.workerId}
      link={t("look")}
      dismissLabel={t("dismiss", { repository })}
      onDismiss={() => dismiss.mutate()}
    >
      {t.rich("text", { repository, at: () => <RelativeTime at={notice.since} /> })}
    </WorkerNoticeRow>
  );
}
