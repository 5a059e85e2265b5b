"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { type PolicyDocument, verdictQueries } from "@/api/verdict-queries";
import { ErrorState } from "@/components/error-state";
import { Card } from "@/components/ui/card";
import { Field, Select } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import { PolicyEditor } from "./policy-editor";
import { PolicyHistory } from "./policy-history";
import { VerdictQuality } from "./verdict-quality";

/** An earlier version that the next one of its place begins with, while `over` is in force. */
type Loaded = { place: string | null; over: number; version: number; document: PolicyDocument };

/** What the project's verdicts mind, and how good they were. */
export function ProjectPolicy({ id }: { id: string }) {
  const t = useTranslations("policy");
  const policies = useQuery(verdictQueries.policies(id));
  const [chosen, setChosen] = useState<string | null>(null);
  const [loaded, setLoaded] = useState<Loaded>();
  if (policies.isPending) return <Skeleton className="h-[48rem] max-w-4xl" />;
  if (policies.isError) {
    return (
      <Card>
        <ErrorState
          error={policies.error}
          onRetry={() => void policies.refetch()}
          retrying={policies.isFetching}
        />
      </Card>
    );
  }
  const { scopes, defaults, guardrails } = policies.data;
  const [all] = scopes;
  const scope = scopes.find(({ environment }) => environment === chosen) ?? all;
  if (!all || !scope) return null;
  const { environment: place, version } = scope;
  const begun = loaded?.place === place && loaded.over === version ? loaded : undefined;
  return (
    <div className="flex max-w-4xl flex-col gap-5">
      <VerdictQuality id={id} />
      <Field label={t("scope")} hint={t("scopeHint")} className="max-w-md">
        <Select
          value={scope.environment ?? ""}
          onChange={(event) => setChosen(event.target.value === "" ? null : event.target.value)}
        >
          {scopes.map(({ environment, version }) => (
            <option key={environment ?? ""} value={environment ?? ""}>
              {environment ?? t("allEnvironments")}
              {version > 0 ? ` (${t("version", { version })})` : ""}
            </option>
          ))}
        </Select>
      </Field>
      <PolicyEditor
        // What is typed belongs to the version that it began with.
        key={`${place ?? ""} ${version} ${begun?.version ?? ""}`}
        projectId={id}
        scope={begun ? { ...scope, document: begun.document } : scope}
        inherited={scope.environment === null ? defaults : all.inForce}
        guardrails={guardrails}
      />
      <PolicyHistory
        projectId={id}
        scope={scope}
        onLoad={(row) => setLoaded({ ...row, place, over: version })}
      />
    </div>
  );
}
