"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import type { Project } from "@/api/types";
import { RelativeTime } from "@/components/instant";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { RotateDialog } from "./rotate-dialog";
import { SecretDialog, type ShownSecret } from "./secret-dialog";
import { useProjectMutation } from "./use-project-mutation";

export function ApiKeySection({ project }: { project: Project }) {
  const t = useTranslations("integration.apiKey");
  const [secret, setSecret] = useState<ShownSecret>();
  const path = { params: { path: { id: project.id } } };
  const { prefix, lastFour, lastUsedAt, previous } = project.apiKey;
  const rotate = useProjectMutation(
    project.id,
    (overlapSeconds: number) =>
      unwrap(
        browserApi.POST("/api/v1/projects/{id}/api-key/rotate", {
          ...path,
          body: { overlapSeconds, expectedLastFour: lastFour },
        }),
      ),
    ({ secretPlain }) => setSecret({ kind: "apiKey", plain: secretPlain }),
  );
  const endPrevious = useProjectMutation(project.id, () =>
    unwrap(browserApi.POST("/api/v1/projects/{id}/api-key/revoke-previous", path)),
  );
  return (
    <Section title={t("title")} hint={t("hint")}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm">
          <code className="font-mono">
            {prefix}…{lastFour}
          </code>
          <span className="block text-ink-faint text-xs">
            <LastUsed at={lastUsedAt} />
          </span>
        </p>
        <RotateDialog
          trigger={(open) => (
            <Button size="sm" onClick={open}>
              {t("rotate")}
            </Button>
          )}
          title={t("rotateTitle")}
          description={t("rotateDescription")}
          confirmLabel={t("rotate")}
          onConfirm={(overlapSeconds) => rotate.mutateAsync(overlapSeconds)}
        />
      </div>
      {previous.length > 0 ? (
        <div className="mt-4 border-line border-t pt-3">
          <h3 className="font-medium text-sm">{t("previous")}</h3>
          <ul className="mt-1.5 flex flex-col gap-1.5 text-sm">
            {previous.map((key) => (
              <li key={`${key.lastFour} ${key.expiresAt}`}>
                <code className="font-mono">…{key.lastFour}</code>{" "}
                <span className="text-ink-faint text-xs">
                  {t("ends")} <RelativeTime at={key.expiresAt} /> · <LastUsed at={key.lastUsedAt} />
                </span>
              </li>
            ))}
          </ul>
          <Button
            size="sm"
            variant="danger-quiet"
            className="mt-2"
            onClick={() => endPrevious.mutate(undefined)}
            pending={endPrevious.isPending}
          >
            {t("endPrevious")}
          </Button>
        </div>
      ) : null}
      <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />
    </Section>
  );
}

function LastUsed({ at }: { at: string | null }) {
  const t = useTranslations("integration.apiKey");
  if (!at) return t("neverUsed");
  return (
    <>
      {t("lastUsed")} <RelativeTime at={at} />
    </>
  );
}
