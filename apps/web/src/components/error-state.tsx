"use client";

import { CloudOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { ApiProblem } from "@/api/problem";
import { useProblemText } from "@/api/use-problem-text";
import { Button } from "./ui/button";
import { CopyButton } from "./ui/copy-button";

type ErrorStateProps = { error: unknown; onRetry: () => void; retrying?: boolean };

/** What failed, the id of the request for a report, and a way to try again. */
export function ErrorState({ error, onRetry, retrying }: ErrorStateProps) {
  const t = useTranslations("common");
  const text = useProblemText();
  const { title, detail } = text(error);
  const requestId = error instanceof ApiProblem ? error.requestId : undefined;
  return (
    <div role="alert" className="flex flex-col items-center px-6 py-12 text-center">
      <span className="mb-4 grid size-11 place-items-center rounded-lg bg-danger-soft text-danger">
        <CloudOff aria-hidden className="size-5" />
      </span>
      <h2 className="font-semibold text-md">{title}</h2>
      {detail ? <p className="mt-1.5 max-w-md text-ink-soft text-sm">{detail}</p> : null}
      {requestId ? (
        <p className="mt-3 flex items-center gap-1 text-ink-faint text-xs">
          <span>{t("requestId")}</span> <code className="font-mono">{requestId}</code>
          <CopyButton text={requestId} label={t("copyRequestId")} />
        </p>
      ) : null}
      <Button className="mt-4" onClick={onRetry} pending={retrying}>
        {t("retry")}
      </Button>
    </div>
  );
}
