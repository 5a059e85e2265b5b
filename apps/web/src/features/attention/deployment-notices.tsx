"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ClockAlert, TriangleAlert, Undo2, X } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { DeploymentNotice } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { RelativeTime } from "@/components/instant";
import { Badge } from "@/components/ui/badge";
import { MoreRows } from "@/components/more-rows";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";

const looks = {
  rollback_recommended: { icon: Undo2, tone: "danger" },
  warning: { icon: TriangleAlert, tone: "warning" },
  late_warning: { icon: ClockAlert, tone: "warning" },
} as const;

type DeploymentNoticesProps = {
  rows: readonly DeploymentNotice[];
  more: { load: () => void; loading: boolean } | undefined;
};

/** Each deployment that somebody should look at, and a way to put it out of sight. */
export default function DeploymentNotices({ rows, more }: DeploymentNoticesProps) {
  const t = useTranslations("deploymentNotice");
  const numbers = useTranslations("deployments");
  const client = useQueryClient();
  const onError = useProblemToast();
  const dismiss = useMutation({
    mutationFn: (id: string) =>
      unwrap(browserApi.POST("/api/v1/deployment-notices/{id}/dismiss", { params: { path: { id } } })),
    onError,
    onSuccess: () => client.invalidateQueries({ queryKey: queries.deploymentNotices().queryKey }),
  });
  return (
    <Section title={t("title")} hint={t("hint")} bodyClassName="border-t border-line">
      <ul>
        {rows.map(({ kind, raisedAt, deployment }) => {
          const name = `${deployment.projectName} ${numbers("number", { number: deployment.number })}`;
          return (
            <li
              key={deployment.id}
              className="flex items-start gap-3 border-line border-b px-5 py-3 last:border-b-0 max-sm:flex-wrap"
            >
              <span className="shrink-0 sm:w-52">
                <Badge {...looks[kind]}>{t(`kind.${kind}`)}</Badge>
              </span>
              <p className="min-w-0 flex-1 text-sm max-sm:order-last max-sm:basis-full">
                <Link href={`/app/deployments/${deployment.id}`} className="font-medium hover:underline">
                  {name}
                </Link>
                <span className="text-ink-soft">
                  {" · "}
                  {[deployment.environment, deployment.service, deployment.version]
                    .filter(Boolean)
                    .join(" · ")}
                  <span className="sm:hidden">
                    {" · "}
                    <RelativeTime at={raisedAt} />
                  </span>
                </span>
              </p>
              <span className="ml-auto shrink-0 py-0.5 text-ink-faint text-xs max-sm:hidden">
                <RelativeTime at={raisedAt} />
              </span>
              <Button
                variant="ghost"
                size="icon-sm"
                className="-my-1 max-sm:ml-auto"
                aria-label={t("dismiss", { name })}
                onClick={() => dismiss.mutate(deployment.id)}
              >
                <X aria-hidden />
              </Button>
            </li>
          );
        })}
      </ul>
      {more ? <MoreRows more={more} /> : null}
    </Section>
  );
}
