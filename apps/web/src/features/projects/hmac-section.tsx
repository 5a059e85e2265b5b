"use client";

import { ShieldCheck, ShieldOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import type { Project } from "@/api/types";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { RelativeTime } from "@/components/instant";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { RotateDialog } from "./rotate-dialog";
import { getHmacSnippet } from "./snippets";
import { SecretDialog, type ShownSecret } from "./secret-dialog";
import { useProjectMutation } from "./use-project-mutation";

/** Signed scrapes: the measured service can tell ours from anybody else's. */
export function HmacSection({ project }: { project: Project }) {
  const t = useTranslations("integration.hmac");
  const [secret, setSecret] = useState<ShownSecret>();
  const path = { params: { path: { id: project.id } } };
  const show = ({ secretPlain }: { secretPlain: string }) => setSecret({ kind: "hmac", plain: secretPlain });
  const enable = useProjectMutation(
    project.id,
    () => unwrap(browserApi.POST("/api/v1/projects/{id}/hmac/enable", path)),
    show,
  );
  const rotate = useProjectMutation(
    project.id,
    (overlapSeconds: number) =>
      unwrap(
        browserApi.POST("/api/v1/projects/{id}/hmac/rotate", {
          ...path,
          body: { overlapSeconds, expectedSecretId: project.hmacSecretId ?? undefined },
        }),
      ),
    show,
  );
  const disable = useProjectMutation(project.id, () =>
    unwrap(browserApi.POST("/api/v1/projects/{id}/hmac/disable", path)),
  );
  return (
    <Section
      title={t("title")}
      hint={t("hint")}
      action={
        project.hmacEnabled ? (
          <Badge tone="ok" icon={ShieldCheck}>
            {t("on")}
          </Badge>
        ) : (
          <Badge tone="unsure" icon={ShieldOff}>
            {t("off")}
          </Badge>
        )
      }
    >
      {project.hmacEnabled ? <SigningFacts project={project} /> : null}
      <div className="flex flex-wrap gap-2">
        {project.hmacEnabled ? (
          <>
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
          </>
        ) : (
          <Button
            size="sm"
            variant="primary"
            onClick={() => enable.mutate(undefined)}
            pending={enable.isPending}
          >
            {t("enable")}
          </Button>
        )}
      </div>
      <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />
    </Section>
  );
}

/** Which signature the receiver takes, and whether the secret before the last one still counts. */
function SigningFacts({ project }: { project: Project }) {
  const t = useTranslations("integration.hmac");
  const { hmacVersion } = project.endpoint;
  return (
    <div className="mb-4 flex flex-col gap-1 text-ink-soft text-sm">
      <p>{t(`version.${hmacVersion}`)}</p>
      {project.hmacPreviousUntil ? (
        <p>
          {t("previousUntil")} <RelativeTime at={project.hmacPreviousUntil} />
        </p>
      ) : null}
      <CodeBlock title={t("env")} code={getHmacSnippet()} copyLabel={t("copyEnv")} />
    </div>
  );
}
