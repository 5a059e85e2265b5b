"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import type { Project } from "@/api/types";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { RelativeTime } from "@/components/instant";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { SecretDialog, type ShownSecret } from "./secret-dialog";
import { useProjectMutation } from "./use-project-mutation";

export function ApiKeySection({ project }: { project: Project }) {
  const t = useTranslations("integration.apiKey");
  const [secret, setSecret] = useState<ShownSecret>();
  const path = { params: { path: { id: project.id } } };
  const rotate = useProjectMutation(
    project.id,
    () => unwrap(browserApi.POST("/api/v1/projects/{id}/api-key/rotate", path)),
    ({ secretPlain }) => setSecret({ kind: "apiKey", plain: secretPlain }),
  );
  return (
    <Section title={t("title")} hint={t("hint")}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm">
          <code className="font-mono">
            {project.apiKey.prefix}…{project.apiKey.lastFour}
          </code>
          <span className="block text-ink-faint text-xs">
            {project.apiKey.lastUsedAt ? (
              <>
                {t("lastUsed")} <RelativeTime at={project.apiKey.lastUsedAt} />
              </>
            ) : (
              t("neverUsed")
            )}
          </span>
        </p>
        <ConfirmDialog
          trigger={(open) => (
            <Button size="sm" onClick={open}>
              {t("rotate")}
            </Button>
          )}
          title={t("rotateTitle")}
          description={t("rotateDescription")}
          confirmLabel={t("rotate")}
          onConfirm={() => rotate.mutateAsync(undefined)}
        />
      </div>
      <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />
    </Section>
  );
}
