"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { ApiProblem } from "./problem";

type ProblemText = { title: string; detail?: string };

/** Words for a failure: ours in the reader's language for a known code, else the API's own. */
export function useProblemText(): (error: unknown) => ProblemText {
  const t = useTranslations("problems");
  return useCallback(
    (error) => {
      if (!(error instanceof ApiProblem)) return { title: t("unexpected") };
      const key = error.code.toLowerCase();
      // Codes come from the server, so whether there are words for one is known at run time only.
      if (t.has(key as never))
        return {
          title: t(key as never),
          detail: error.fields.map((it) => it.message).join(" ") || undefined,
        };
      if (error.status === 429) return { title: t("rate_limited") };
      if (error.status >= 500) return { title: t("server_failed"), detail: error.detail };
      return { title: error.title || t("unexpected"), detail: error.detail };
    },
    [t],
  );
}
