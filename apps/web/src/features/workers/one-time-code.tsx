"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { useProblemToast } from "@/api/use-problem-toast";
import { Instant } from "@/components/instant";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { ProvisioningProgress } from "./provisioning-progress";
import { useLiveProvisioning } from "./use-live-provisioning";

type OneTimeCodeProps = { serverUrl: string; workerId?: string };

/** The command for the user's own machine, and the steps as that machine does them. */
export function OneTimeCode({ serverUrl, workerId }: OneTimeCodeProps) {
  const t = useTranslations("workerWays.code");
  const onError = useProblemToast();
  const [latestId, setLatestId] = useState<string>();
  const provisioning = useLiveProvisioning(latestId);
  // Another code is for the same worker.
  const of = provisioning.data?.workerId ?? workerId;
  const make = useMutation({
    mutationFn: () =>
      unwrap(
        browserApi.POST("/api/v1/provisionings/own-machine", {
          body: { way: "machine", ...(of === undefined ? {} : { workerId: of }) },
        }),
      ),
    onError,
    onSuccess: ({ id }) => setLatestId(id),
  });
  const made = make.data;
  return (
    <div className="flex max-w-3xl flex-col gap-5">
      <Card className="p-5">
        {made ? (
          <div className="mb-4 flex flex-col gap-2">
            <CodeBlock
              title={t("command")}
              code={`pulsekeep worker init --server ${serverUrl} --code ${made.code}`}
              copyLabel={t("copy")}
            />
            <p className="text-ink-soft text-sm">
              {t.rich("expires", { at: () => <Instant at={made.expiresAt} as="time" className="num" /> })}
            </p>
            <p className="text-ink-soft text-sm">{t("needs")}</p>
          </div>
        ) : null}
        <Button
          variant={made ? "secondary" : "primary"}
          onClick={() => make.mutate()}
          pending={make.isPending}
        >
          {t(made ? "another" : "make")}
        </Button>
      </Card>
      {provisioning.data ? <ProvisioningProgress provisioning={provisioning.data} /> : null}
    </div>
  );
}
