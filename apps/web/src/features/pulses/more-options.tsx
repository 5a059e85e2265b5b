"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import type { Worker } from "@/api/types";
import { Field, Input, Textarea } from "@/components/ui/field";
import { ChoiceCards } from "./choice-cards";
import { type PulseFormValues, usesMoreOptions } from "./pulse-form-values";
import { RestFields } from "./rest-fields";
import { parseTemplateLines, TEMPLATE_PLACEHOLDERS } from "./template-lines";

type MoreOptionsProps = { workers: readonly Worker[]; isNew: boolean };

/** What few pulses need: rest, words of one's own, another file, another place. Open when the pulse uses it. */
export function MoreOptions({ workers, isNew }: MoreOptionsProps) {
  const t = useTranslations("pulseForm");
  const form = useFormContext<PulseFormValues>();
  const { errors } = form.formState;
  const isCommit = useWatch<PulseFormValues, "kind">({ name: "kind" }) === "commit";
  const [open, setOpen] = useState(() => usesMoreOptions(form.getValues()));
  const failed = Boolean(errors.message ?? errors.target ?? errors.rest ?? errors.change);
  return (
    <details
      open={open || failed}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="group overflow-hidden rounded-lg border border-line bg-surface shadow-card"
    >
      <summary className="-outline-offset-2 flex list-none items-center gap-3 px-5 py-4 hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 shrink-0 transition-transform group-open:rotate-90" />
        <span>
          <span className="block font-semibold text-base">{t("more")}</span>
          <span className="block text-ink-faint text-sm">{t("moreHint")}</span>
        </span>
      </summary>
      <div className="divide-y divide-line border-line border-t">
        <Part title={t("rest.title")} hint={t("rest.hint")}>
          <RestFields />
        </Part>
        {isCommit ? (
          <>
            <Part title={t("templates.title")} hint={t("templates.hint")}>
              <Templates />
            </Part>
            <Part title={t("change.title")}>
              <ChangeKind />
            </Part>
          </>
        ) : null}
        <Part
          title={t(isCommit ? "target.title" : "target.workflowTitle")}
          hint={t(isNew ? "target.hint" : "target.kept")}
        >
          <Target workers={workers} isNew={isNew} isCommit={isCommit} />
        </Part>
      </div>
    </details>
  );
}

function Part({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="px-5 py-5">
      <h3 className="font-medium text-sm">{title}</h3>
      {hint ? <p className="mt-0.5 max-w-prose text-ink-faint text-sm">{hint}</p> : null}
      <div className="mt-3.5 flex flex-col gap-4">{children}</div>
    </section>
  );
}

function Templates() {
  const t = useTranslations("pulseForm.templates");
  const form = useFormContext<PulseFormValues>();
  const fault = form.formState.errors.message?.templates;
  // The lines as they are typed: the form holds them without the empty ones.
  const [text, setText] = useState(() => form.getValues("message.templates").join("\n"));
  return (
    <Field
      label={t("label")}
      hint={t("placeholders", { names: TEMPLATE_PLACEHOLDERS.map((it) => `{${it}}`).join(" ") })}
      error={fault && t("error")}
    >
      <Textarea
        rows={4}
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          form.setValue("message.templates", parseTemplateLines(event.target.value), { shouldDirty: true });
          form.clearErrors("message.templates");
        }}
      />
    </Field>
  );
}

function ChangeKind() {
  const t = useTranslations("pulseForm.change");
  const form = useFormContext<PulseFormValues>();
  const { kind, folder } = useWatch<PulseFormValues, "change">({ name: "change" });
  const kinds = ["journal", "snapshot", "counter"] as const;
  return (
    <ChoiceCards
      legend={t("label")}
      value={kind}
      onChange={(next) => form.setValue("change", { kind: next, folder }, { shouldDirty: true })}
      className="sm:grid-cols-3"
      choices={kinds.map((value) => ({ value, label: t(`${value}.label`), hint: t(`${value}.hint`) }))}
    />
  );
}

function Target({ workers, isNew, isCommit }: MoreOptionsProps & { isCommit: boolean }) {
  const t = useTranslations("pulseForm.target");
  const form = useFormContext<PulseFormValues>();
  const { errors } = form.formState;
  const workerId = useWatch<PulseFormValues, "workerId">({ name: "workerId" });
  const own = workers.find((it) => it.id === workerId)?.repository;
  const orNull = { setValueAs: (text: string | null) => (text ? text.trim() : "") || null };
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("repository")} error={errors.target?.repository && t("repositoryError")}>
          <Input
            {...form.register("target.repository", orNull)}
            placeholder={own?.fullName}
            readOnly={!isNew}
            autoComplete="off"
            spellCheck={false}
            maxLength={140}
          />
        </Field>
        {isCommit ? (
          <Field label={t("branch")} error={errors.target?.branch && t("branchError")}>
            <Input
              {...form.register("target.branch", orNull)}
              placeholder={t("defaultBranch")}
              readOnly={!isNew}
              autoComplete="off"
              spellCheck={false}
              maxLength={200}
            />
          </Field>
        ) : null}
        {isCommit ? (
          <Field
            label={t("language")}
            hint={t("languageHint", { name: "{language}" })}
            error={errors.message?.repositoryLanguage && t("languageError")}
          >
            <Input
              {...form.register("message.repositoryLanguage", orNull)}
              placeholder="TypeScript"
              autoComplete="off"
              spellCheck={false}
              maxLength={30}
            />
          </Field>
        ) : null}
      </div>
      <p className="max-w-prose text-ink-soft text-sm">
        {t.rich("note", { code: (chunks) => <code className="font-mono text-xs">{chunks}</code> })}
      </p>
    </>
  );
}
