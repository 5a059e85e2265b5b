"use client";

import { useMutation } from "@tanstack/react-query";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { useProblemToast } from "@/api/use-problem-toast";

export type ConsentPurpose = {
  /** A provisioning that failed and is done again. */
  retryOf?: string;
  /** A worker that is to be moved, or to get another root. */
  existing?: { workerId: string; purpose: "rotate" | "move" };
  repositoryName?: string;
};

/** Takes the browser to GitHub's consent page. */
export function useConsent() {
  const onError = useProblemToast();
  const start = useMutation({
    mutationFn: ({ retryOf, existing, repositoryName }: ConsentPurpose) => {
      const name = repositoryName === undefined ? {} : { repositoryName };
      return retryOf === undefined
        ? unwrap(
            browserApi.POST("/api/v1/provisionings", {
              body: { ...name, ...(existing ? { existing } : {}) },
            }),
          )
        : unwrap(
            browserApi.POST("/api/v1/provisionings/{id}/retry", {
              params: { path: { id: retryOf } },
              body: name,
            }),
          );
    },
    onError,
    onSuccess: ({ authorizeUrl }) => window.location.assign(authorizeUrl),
  });
  return { ask: start.mutate, pending: start.isPending || start.isSuccess };
}
