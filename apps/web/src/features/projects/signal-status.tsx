"use client";

import { CircleCheck, CircleX, LoaderCircle } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Project } from "@/api/types";
import { Reason } from "@/components/reason";
import { RelativeTime } from "@/components/instant";

/** Whether samples arrive. Turns green by itself with the first one. */
export function SignalStatus({ project }: { project: Project }) {
  const t = useTranslations("project.signal");
  const { endpoint, lastSampleAt, lastScrapeErrorCode } = project;
  if (endpoint.state !== "active") {
    return (
      <div role="status" className="rounded-lg border border-line-field border-dashed px-4 py-3.5 text-sm">
        <p className="font-medium">{t("noEndpoint")}</p>
        <p className="mt-0.5 text-ink-soft">
          {t("noEndpointHint")}{" "}
          <Link
            href={`/app/projects/${project.id}?tab=integration`}
            className="text-accent underline underline-offset-2"
          >
            {t("openIntegration")}
          </Link>
        </p>
      </div>
    );
  }
  if (lastScrapeErrorCode) {
    return (
      <div role="status" className="flex gap-3 rounded-lg bg-danger-soft px-4 py-3.5 text-danger text-sm">
        <CircleX aria-hidden className="mt-0.5 size-4.5 shrink-0" />
        <div>
          <p className="font-medium">{t("failing", { source: endpoint.source })}</p>
          <p className="mt-0.5">
            <Reason code={lastScrapeErrorCode} />
            {lastSampleAt ? (
              <>
                {" "}
                · {t("lastGood")} <RelativeTime at={lastSampleAt} />
              </>
            ) : null}
          </p>
        </div>
      </div>
    );
  }
  if (!lastSampleAt) {
    return (
      <div role="status" className="flex gap-3 rounded-lg bg-accent-soft px-4 py-3.5 text-accent text-sm">
        <LoaderCircle aria-hidden className="mt-0.5 size-4.5 shrink-0 animate-spin" />
        <p className="font-medium">{t("waiting")}</p>
      </div>
    );
  }
  return (
    <div role="status" className="flex gap-3 rounded-lg bg-ok-soft px-4 py-3.5 text-ok text-sm">
      <CircleCheck aria-hidden className="mt-0.5 size-4.5 shrink-0" />
      <p>
        <span className="font-medium">{t("arriving")}</span> {t("lastSample")}{" "}
        <RelativeTime at={lastSampleAt} />
      </p>
    </div>
  );
}
