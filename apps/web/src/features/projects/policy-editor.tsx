"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import {
  type Guardrails,
  type InheritedRules,
  type PolicyScope,
  verdictQueries,
} from "@/api/verdict-queries";
import { useProblemToast } from "@/api/use-problem-toast";
import { Instant } from "@/components/instant";
import { showToast } from "@/components/toasts";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { Field, Select } from "@/components/ui/field";
import { POLICY_METRICS, type PolicyDraft, toDocument, toDraft } from "./policy-draft";
import { PolicyMetric } from "./policy-metric";
import { PolicyPreview } from "./policy-preview";

type PolicyEditorProps = {
  projectId: string;
  scope: PolicyScope;
  inherited: InheritedRules;
  guardrails: Guardrails;
};

/** One scope's rules: what is left empty is inherited. Tried out on past deployments before it is saved. */
export function PolicyEditor({ projectId, scope, inherited, guardrails }: PolicyEditorProps) {
  const t = useTranslations("policy");
  const common = useTranslations("common");
  const client = useQueryClient();
  const onError = useProblemToast();
  const [draft, setDraft] = useState<PolicyDraft>(() => toDraft(scope.document));
  const { document, errors } = toDocument(draft, guardrails);
  const isValid = Object.keys(errors).length === 0;
  const { environment, version } = scope;
  const save = useMutation({
    mutationFn: () =>
      unwrap(
        browserApi.PUT("/api/v1/projects/{id}/policies", {
          params: { path: { id: projectId } },
          body: { environment, document, expectedVersion: version },
        }),
      ),
    onError,
    onSuccess: (policies) => {
      client.setQueryData(verdictQueries.policies(projectId).queryKey, policies);
      showToast({ kind: "success", title: common("saved") });
    },
  });
  const preview = useMutation({
    mutationFn: () =>
      unwrap(
        browserApi.POST("/api/v1/projects/{id}/policies/preview", {
          params: { path: { id: projectId } },
          body: { environment, document },
        }),
      ),
    onError,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isValid) save.mutate();
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-5">
      <Section
        title={t("title")}
        hint={t("hint")}
        action={
          scope.changedAt ? (
            <span className="text-ink-faint text-xs">
              {t("version", { version })} · <Instant at={scope.changedAt} as="dateTime" />
            </span>
          ) : null
        }
      >
        <Field label={t("dryRun.label")} hint={t("dryRun.hint")} className="max-w-md">
          <Select
            value={draft.dryRun}
            onChange={(event) => setDraft({ ...draft, dryRun: event.target.value as PolicyDraft["dryRun"] })}
          >
            <option value="">{t("inherited")}</option>
            <option value="on">{t("dryRun.on")}</option>
            <option value="off">{t("dryRun.off")}</option>
          </Select>
        </Field>
      </Section>
      {POLICY_METRICS.map((metric) => (
        <PolicyMetric
          key={metric}
          metric={metric}
          draft={draft.metrics[metric]}
          inherited={inherited[metric]}
          classic={guardrails[metric]}
          errors={errors}
          onChange={(changed) => setDraft({ ...draft, metrics: { ...draft.metrics, [metric]: changed } })}
        />
      ))}
      <div className="flex flex-wrap justify-end gap-3">
        <Button
          type="button"
          variant="secondary"
          disabled={!isValid}
          pending={preview.isPending}
          onClick={() => preview.mutate()}
        >
          {t("preview.ask")}
        </Button>
        <Button type="submit" variant="primary" disabled={!isValid} pending={save.isPending}>
          {common("save")}
        </Button>
      </div>
      {preview.data ? <PolicyPreview preview={preview.data} /> : null}
    </form>
  );
}
