"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { Instant } from "@/components/instant";
import { showToast } from "@/components/toasts";
import { Button } from "@/components/ui/button";
import type { ProvenWorker } from "./handshake-list";

/** Whether this worker keeps the log's checkpoints at home. */
export function CheckpointExport({ worker }: { worker: ProvenWorker }) {
  const t = useTranslations("proof.export");
  const failed = useTranslations("proof.links")("failed");
  const router = useRouter();
  const [pending, setPending] = useState(false);
  const { exportsCheckpoints: isOn, checkpointExportedAt } = worker;
  const toggle = () => {
    setPending(true);
    unwrap(
      browserApi.PUT("/api/v1/workers/{id}/checkpoint-export", {
        params: { path: { id: worker.id } },
        body: { enabled: !isOn },
      }),
    )
      .then(() => router.refresh())
      .catch(() => showToast({ kind: "error", title: failed }))
      .finally(() => setPending(false));
  };
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 border-line border-t bg-sunken px-5 py-3.5 text-sm">
      <div className="min-w-0 max-w-prose">
        <p className="font-medium">
          {t("label")}: {t(isOn ? "isOn" : "isOff")}
        </p>
        <p className="mt-0.5 text-ink-faint text-xs">
          {t("hint")}
          {checkpointExportedAt ? (
            <>
              {" "}
              {t("last")} <Instant at={checkpointExportedAt} />.
            </>
          ) : null}
        </p>
      </div>
      <Button size="sm" onClick={toggle} pending={pending}>
        {t(isOn ? "off" : "on")}
      </Button>
    </div>
  );
}
