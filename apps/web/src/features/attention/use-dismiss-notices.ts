"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import type { RunNotice } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";

/** Takes notices out of sight: one, or all that were raised until an instant (of one pulse, where one is named). */
export function useDismissNotices(pulseId: string | undefined) {
  const client = useQueryClient();
  const onError = useProblemToast();
  const onSuccess = () => client.invalidateQueries({ queryKey: ["notices"] });
  const dismiss = useMutation({
    mutationFn: ({ run, kind }: RunNotice) =>
      unwrap(
        browserApi.POST("/api/v1/notices/{id}/{kind}/dismiss", { params: { path: { id: run.id, kind } } }),
      ),
    onError,
    onSuccess,
  });
  const dismissAll = useMutation({
    mutationFn: (raisedUntil: string) =>
      unwrap(
        browserApi.POST("/api/v1/notices/dismiss", {
          body: { raisedUntil, ...(pulseId === undefined ? {} : { pulseId }) },
        }),
      ),
    onError,
    onSuccess,
  });
  return { dismiss, dismissAll };
}
