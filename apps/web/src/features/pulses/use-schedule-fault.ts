"use client";

import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { ApiProblem } from "@/api/problem";

/** Words for a schedule that the server refused; undefined for every other failure. */
export function useScheduleFault(): (error: unknown) => string | undefined {
  const t = useTranslations("pulseForm.errors");
  return useCallback(
    (error) => {
      if (!(error instanceof ApiProblem) || error.code !== "invalid_schedule") return undefined;
      const position = /\bat character (\d+)/.exec(error.fields[0]?.message ?? "")?.[1];
      return position === undefined ? t("noRun") : t("cronAt", { position });
    },
    [t],
  );
}
