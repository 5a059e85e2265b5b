"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Project } from "@/api/types";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { RelativeTime } from "@/components/instant";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Field, Input } from "@/components/ui/field";
import { getKeylessSnippet } from "./gate-snippet";
import { useProjectMutation } from "./use-project-mutation";

const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/;

type RepositoriesSectionProps = { project: Project; environment: string; origin: string };

/** The repositories whose runs need no API key. */
export function RepositoriesSection({ project, environment, origin }: RepositoriesSectionProps) {
  const t = useTranslations("integration.repositories");
  const repositories = useQuery(queries.repositories(project.id));
  const rows = repositories.data?.rows ?? [];
  return (
    <Section title={t("title")} hint={t("hint")}>
      <div className="flex flex-col gap-4">
        {rows.length === 0 ? (
          <p className="text-ink-faint text-sm">{t("none")}</p>
        ) : (
          <ul className="divide-y divide-line rounded-md border border-line">
            {rows.map((it) => (
              <Trusted key={it.id} projectId={project.id} trusted={it} />
            ))}
          </ul>
        )}
        <TrustForm projectId={project.id} />
        {rows.length > 0 ? (
          <CodeBlock
            title=".github/workflows/deploy.yml"
            code={getKeylessSnippet({ origin, projectId: project.id, environment })}
            copyLabel={t("copy")}
          />
        ) : null}
      </div>
    </Section>
  );
}

type TrustedProps = {
  projectId: string;
  trusted: { id: string; name: string; repositoryId: string | null; lastUsedAt: string | null };
};

function Trusted({ projectId, trusted }: TrustedProps) {
  const t = useTranslations("integration.repositories");
  const remove = useProjectMutation(projectId, () =>
    unwrap(
      browserApi.DELETE("/api/v1/projects/{id}/repositories/{repositoryId}", {
        params: { path: { id: projectId, repositoryId: trusted.id } },
      }),
    ),
  );
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-3.5 py-2.5 text-sm">
      <span className="min-w-0">
        <span className="block truncate font-medium">{trusted.name}</span>
        <span className="text-ink-faint text-xs">
          {trusted.repositoryId ? t("bound", { id: trusted.repositoryId }) : t("unbound")}
          {trusted.lastUsedAt ? (
            <>
              {" · "}
              {t("lastUsed")} <RelativeTime at={trusted.lastUsedAt} />
            </>
          ) : null}
        </span>
      </span>
      <ConfirmDialog
        trigger={(open) => (
          <Button size="sm" variant="danger-quiet" onClick={open}>
            {t("remove")}
          </Button>
        )}
        title={t("removeTitle", { name: trusted.name })}
        description={t("removeDescription")}
        confirmLabel={t("remove")}
        onConfirm={() => remove.mutateAsync(undefined)}
      />
    </li>
  );
}

function TrustForm({ projectId }: { projectId: string }) {
  const t = useTranslations("integration.repositories");
  const [name, setName] = useState("");
  const [refused, setRefused] = useState(false);
  const trust = useProjectMutation(
    projectId,
    (repository: string) =>
      unwrap(
        browserApi.POST("/api/v1/projects/{id}/repositories", {
          params: { path: { id: projectId } },
          body: { name: repository },
        }),
      ),
    () => setName(""),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const repository = name.trim();
    setRefused(!REPOSITORY.test(repository));
    if (REPOSITORY.test(repository)) trust.mutate(repository);
  };
  return (
    <form onSubmit={submit} noValidate className="flex items-start gap-2">
      <Field label={t("name")} labelHidden error={refused ? t("invalid") : undefined} className="grow">
        <Input
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder="acme/shop"
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      <Button type="submit" size="field" pending={trust.isPending}>
        {t("add")}
      </Button>
    </form>
  );
}
