"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { browserApi } from "@/api/client";
import { ApiProblem, unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { SlackSettings } from "@/api/types";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { showToast } from "@/components/toasts";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { useProjectMutation } from "../projects/use-project-mutation";
import { SlackKinds } from "./slack-kinds";
import { SlackTestButton } from "./slack-test-button";

type SlackFormProps = { projectId: string; settings: SlackSettings };
/** What was changed and not saved yet: the rest follows what the server says. */
type Draft = Partial<Pick<SlackSettings, "channel" | "enabled" | "kinds">> & {
  webhookUrl?: string | undefined;
};

export function SlackForm({ projectId, settings }: SlackFormProps) {
  const t = useTranslations("slack");
  const common = useTranslations("common");
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>({});
  const change = (next: Draft) => setDraft((before) => ({ ...before, ...next }));
  const { webhookUrlPreview: preview } = settings;
  const isConnected = preview !== null;
  const webhookUrl = draft.webhookUrl?.trim() ?? "";
  const path = { params: { path: { id: projectId } } };
  const save = useProjectMutation(
    projectId,
    (body: Draft) => unwrap(browserApi.PUT("/api/v1/projects/{id}/slack", { ...path, body })),
    (saved) => {
      client.setQueryData(queries.slack(projectId).queryKey, saved);
      setDraft({});
      showToast({ kind: "success", title: common("saved") });
    },
  );
  const problems = useTranslations("problems");
  const isRefused = save.error instanceof ApiProblem && save.error.code === "slack_webhook_refused";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isConnected || webhookUrl !== "") save.mutate({ ...draft, webhookUrl: webhookUrl || undefined });
  };
  return (
    <form onSubmit={submit} noValidate className="grid gap-4 sm:grid-cols-2">
      <Field
        label={t("webhook")}
        hint={isConnected ? t("webhookKept", { preview }) : t("webhookHint")}
        error={isRefused ? problems("slack_webhook_refused") : undefined}
        className="sm:col-span-2"
      >
        <Input
          type="url"
          inputMode="url"
          value={draft.webhookUrl ?? ""}
          onChange={(event) => {
            if (isRefused) save.reset();
            change({ webhookUrl: event.target.value });
          }}
          placeholder="https://hooks.slack.com/services/..."
          maxLength={500}
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      <SlackKinds chosen={draft.kinds ?? settings.kinds} onChange={(kinds) => change({ kinds })} />
      <Field label={t("channel")} hint={t("channelHint")}>
        <Input
          value={draft.channel ?? settings.channel}
          onChange={(event) => change({ channel: event.target.value })}
          placeholder="deployments"
          maxLength={80}
          autoComplete="off"
        />
      </Field>
      {isConnected ? (
        <label className="flex items-center gap-2.5 self-start text-sm sm:mt-8">
          <input
            type="checkbox"
            checked={draft.enabled ?? settings.enabled}
            onChange={(event) => change({ enabled: event.target.checked })}
            className="size-4 accent-accent"
          />
          <span className="font-medium">{t("enabled")}</span>
        </label>
      ) : null}
      <div className="flex flex-wrap items-start justify-end gap-2 sm:col-span-2">
        {isConnected ? (
          <>
            <RemoveButton projectId={projectId} onDone={() => setDraft({})} />
            <SlackTestButton projectId={projectId} />
          </>
        ) : null}
        <Button
          type="submit"
          variant="primary"
          pending={save.isPending}
          disabled={!isConnected && webhookUrl === ""}
        >
          {common("save")}
        </Button>
      </div>
    </form>
  );
}

function RemoveButton({ projectId, onDone }: { projectId: string; onDone: () => void }) {
  const t = useTranslations("slack");
  const remove = useProjectMutation(
    projectId,
    () => unwrap(browserApi.DELETE("/api/v1/projects/{id}/slack", { params: { path: { id: projectId } } })),
    () => {
      onDone();
      showToast({ kind: "success", title: t("removed") });
    },
  );
  return (
    <ConfirmDialog
      trigger={(open) => (
        <Button variant="danger-quiet" onClick={open}>
          {t("remove")}
        </Button>
      )}
      title={t("removeTitle")}
      description={t("removeDescription")}
      confirmLabel={t("remove")}
      onConfirm={() => remove.mutateAsync(undefined)}
    />
  );
}
