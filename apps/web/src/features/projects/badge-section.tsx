"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Project } from "@/api/types";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { useProjectMutation } from "./use-project-mutation";

type BadgeSectionProps = { project: Project; environment: string; origin: string };

/** A picture of the latest verdict for a README, public while it is switched on. */
export function BadgeSection({ project, environment, origin }: BadgeSectionProps) {
  const t = useTranslations("integration.badge");
  const badge = useQuery(queries.badge(project.id));
  const path = { params: { path: { id: project.id } } };
  const enable = useProjectMutation(project.id, () =>
    unwrap(browserApi.PUT("/api/v1/projects/{id}/badge", path)),
  );
  const disable = useProjectMutation(project.id, () =>
    unwrap(browserApi.DELETE("/api/v1/projects/{id}/badge", path)),
  );
  const { svgUrl, jsonUrl } = badge.data ?? {};
  const query = `?environment=${encodeURIComponent(environment)}`;
  return (
    <Section
      title={t("title")}
      hint={t("hint")}
      action={
        svgUrl ? (
          <ConfirmDialog
            trigger={(open) => (
              <Button size="sm" variant="danger-quiet" onClick={open}>
                {t("disable")}
              </Button>
            )}
            title={t("disableTitle")}
            description={t("disableDescription")}
            confirmLabel={t("disable")}
            onConfirm={() => disable.mutateAsync(undefined)}
          />
        ) : (
          <Button
            size="sm"
            onClick={() => enable.mutate(undefined)}
            pending={enable.isPending}
            disabled={badge.isPending}
          >
            {t("enable")}
          </Button>
        )
      }
    >
      {svgUrl && jsonUrl ? (
        <div className="flex flex-col gap-3">
          {/* oxlint-disable-next-line nextjs/no-img-element -- 20 px of SVG that change by themselves: nothing to optimise */}
          <img
            src={`${new URL(svgUrl).pathname}${query}`}
            alt={t("preview", { environment })}
            height={20}
            className="h-5 self-start"
          />
          <CodeBlock
            title={t("markdown")}
            code={`[![${environment}](${svgUrl}${query})](${origin})`}
            copyLabel={t("copy")}
          />
          <CodeBlock title={t("json")} code={`${jsonUrl}${query}`} copyLabel={t("copyJson")} />
        </div>
      ) : null}
    </Section>
  );
}
