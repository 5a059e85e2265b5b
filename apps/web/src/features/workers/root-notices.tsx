"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound, X } from "lucide-react";
import { useNow, useTranslations } from "next-intl";
import Link from "next/link";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { WorkerNotice } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { Button } from "@/components/ui/button";

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
    <li
      className={`flex items-start gap-x-3 rounded-lg px-4 py-3 text-sm ${
        leftMs > 0 ? "bg-warning-soft text-warning" : "bg-danger-soft text-danger"
      }`}
    >
      <KeyRound aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span className="flex min-w-0 flex-1 flex-wrap gap-x-4 gap-y-1">
        <span className="min-w-40 flex-1">
          {leftMs > 0
            ? t("soon", { repository, days: Math.ceil(leftMs / DAY_MS) })
            : t("expired", { repository })}
        </span>
        <Link href={`/app/workers/${notice.workerId}`} className="font-medium underline">
          {t("replace")}
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
