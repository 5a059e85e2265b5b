"use client";

import { useTranslations } from "next-intl";
import { Button } from "./ui/button";

type FailurePageProps = { reference?: string; onRetry: () => void };

export function FailurePage({ reference, onRetry }: FailurePageProps) {
  const t = useTranslations("failure");
  return (
    <div
      role="alert"
      className="flex min-h-[70dvh] flex-col items-center justify-center px-5 py-16 text-center"
    >
      <h1 className="font-semibold text-xl">{t("title")}</h1>
      <p className="mt-2 max-w-md text-ink-soft">{t("text")}</p>
      {reference ? <code className="mt-3 font-mono text-ink-faint text-xs">{reference}</code> : null}
      <Button variant="primary" className="mt-6" onClick={onRetry}>
        {t("retry")}
      </Button>
    </div>
  );
}
