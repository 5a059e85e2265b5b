"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Unplug, X } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { WorkerSilenceNotice } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { RelativeTime } from "@/components/instant";
import { Button } from "@/components/ui/button";

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
    <li className="flex items-start gap-x-3 rounded-lg bg-danger-soft px-4 py-3 text-danger text-sm">
      <Unplug aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span className="flex min-w-0 flex-1 flex-wrap gap-x-4 gap-y-1">
        <span className="min-w-40 flex-1">
          {t.rich("text", { repository, at: () => <RelativeTime at={notice.since} /> })}
        </span>
        <Link href={`/app/workers/${notice.workerId}`} className="font-medium underline">
          {t("look")}
        </Link>
      </span>
      <Button
        variant="ghost"
        size="icon-sm"
        className="-my-1"
        aria-label={t("dismiss", { repository })}
        onClick={() => dismiss.mutate()}
      >
        <X aria-hidden />
      </Button>
    </li>
  );
}
