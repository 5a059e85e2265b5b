"use client";

import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Skeleton } from "@/components/ui/skeleton";
import { ErrorState } from "@/components/error-state";
import { Instant } from "@/components/instant";
import type { AuditEntry } from "@/api/types";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { forgetLog } from "./kept-log";
import { useVerification } from "./use-verification";
import { VerificationResult } from "./verification-result";

/** Verifies one entry in the page, and says in words what was proven. */
export function VerificationDialog({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const t = useTranslations("audit.verify");
  const [open, setOpen] = useState(true);
  const { mutate, data, error, isPending } = useVerification();
  useEffect(() => mutate(entry), [mutate, entry]);
  const checked = data?.state === "checked" ? data : undefined;
  const canForget = checked !== undefined && !checked.keep && checked.keptAt !== undefined;
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (!next) onClose();
      }}
      title={t("title")}
      description={t.rich("description", {
        action: () => <code className="font-mono text-ink text-xs">{entry.action}</code>,
        at: () => <Instant at={entry.recordedAt} as="full" />,
      })}
      footer={
        <>
          {canForget ? (
            <Button
              variant="ghost"
              onClick={() => {
                forgetLog();
                mutate(entry);
              }}
            >
              {t("forget")}
            </Button>
          ) : null}
          <Button pending={isPending} onClick={() => mutate(entry)}>
            {t("again")}
          </Button>
        </>
      }
    >
      {error ? (
        <ErrorState error={error} onRetry={() => mutate(entry)} retrying={isPending} />
      ) : data ? (
        <VerificationResult verification={data} />
      ) : (
        <Skeleton className="h-48" />
      )}
    </Dialog>
  );
}
