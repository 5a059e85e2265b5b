"use client";

import { CircleCheck, OctagonAlert } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Provisioning } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmRepository } from "./confirm-repository";
import { ProvisioningSteps } from "./provisioning-steps";
import { WayOut } from "./way-out";

const readies = { create: "ready", rotate: "readyRotate", move: "readyMove" } as const;

/** How it stands, what to do now, and the steps. */
export function ProvisioningProgress({ provisioning }: { provisioning: Provisioning }) {
  return (
    <Card className="overflow-hidden">
      <Outcome provisioning={provisioning} />
      <ProvisioningSteps steps={provisioning.steps} />
    </Card>
  );
}

function Outcome({ provisioning }: { provisioning: Provisioning }) {
  const t = useTranslations("provisioning");
  const { state } = provisioning;
  if (state === "done") {
    return (
      <div role="status" className="flex flex-wrap items-center gap-x-4 gap-y-3 bg-ok-soft px-5 py-4">
        <CircleCheck aria-hidden className="size-5 text-ok" />
        <p className="flex-1 font-semibold text-ok">{t(readies[provisioning.purpose])}</p>
        <Button asChild>
          <Link href={`/app/workers/${provisioning.workerId}`}>{t("openWorker")}</Link>
        </Button>
        <Button asChild variant="primary">
          <Link href="/app/pulses/new">{t("createPulse")}</Link>
        </Button>
      </div>
    );
  }
  if (state === "failed") {
    return (
      <>
        <div role="alert" className="flex items-center gap-x-4 bg-danger-soft px-5 py-4">
          <OctagonAlert aria-hidden className="size-5 shrink-0 text-danger" />
          <p className="flex-1 text-danger text-sm">
            <span className="block font-semibold text-base">{t("failed")}</span>
            {t(provisioning.way === "consent" ? "failedHint" : "failedHintOwn")}
          </p>
        </div>
        <WayOut provisioning={provisioning} />
      </>
    );
  }
  if (state === "awaiting_confirmation") return <ConfirmRepository provisioning={provisioning} />;
  return (
    <p role="status" className="bg-accent-soft px-5 py-4 font-medium text-accent">
      {t(`state.${state}`)}
    </p>
  );
}
