"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { askToSignInAgain } from "@/components/ask-to-sign-in-again";
import { showToast } from "@/components/toasts";
import { ApiProblem } from "./problem";
import { useProblemText } from "./use-problem-text";

/** `onError` of a mutation: says it in a toast, with the request's id, or leads through what was missing. */
export function useProblemToast(): (error: unknown) => void {
  const text = useProblemText();
  const t = useTranslations("common");
  return useCallback(
    (error) => {
      if (error instanceof ApiProblem && error.code === "sign_in_again" && askToSignInAgain()) return;
      const { title, detail } = text(error);
      const requestId = error instanceof ApiProblem ? error.requestId : undefined;
      const description = [detail, requestId ? `${t("requestId")} ${requestId}` : undefined]
        .filter(Boolean)
        .join(" · ");
      showToast({ kind: "error", title, description: description || undefined });
    },
    [text, t],
  );
}
