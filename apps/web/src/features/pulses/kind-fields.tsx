"use client";

import type { PulseTask } from "@pulsekeep/contracts/api/pulses";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { Field, Input, Textarea } from "@/components/ui/field";
import { writeAllowLines } from "./allow-lines";
import { ChoiceCards } from "./choice-cards";
import { getNewTask, type PulseFormValues } from "./pulse-form-values";
import { parseInputLines, parseLines, writeInputLines } from "./task-lines";

const KINDS = ["commit", "dispatch", "keepalive"] as const;

/** What a pulse does; a pulse keeps the kind it was made with. */
export function KindChoice() {
  const t = useTranslations("pulseForm.kind");
  const form = useFormContext<PulseFormValues>();
  const kind = useWatch<PulseFormValues, "kind">({ name: "kind" });
  return (
    <ChoiceCards
      legend={t("label")}
      value={kind}
      onChange={(next) => {
        form.setValue("kind", next, { shouldDirty: true });
        form.setValue("task", getNewTask(next));
        // A workflow runs on the default branch.
        if (next !== "commit") form.setValue("target.branch", null);
        form.clearErrors("task");
      }}
      className="sm:grid-cols-3"
      choices={KINDS.map((value) => ({ value, label: t(`${value}.label`), hint: t(`${value}.hint`) }))}
    />
  );
}

/** The workflows of a pulse that writes no commit, and what the worker's own list needs for them. */
export function TaskFields({ isNew }: { isNew: boolean }) {
  const t = useTranslations("pulseForm.task");
  const form = useFormContext<PulseFormValues>();
  const task = useWatch<PulseFormValues, "task">({ name: "task" });
  const error = form.formState.errors.task && t("error");
  if (!task) return null;
  const change = (next: PulseTask) => {
    form.setValue("task", next, { shouldDirty: true });
    form.clearErrors("task");
  };
  return (
    <div className="flex flex-col gap-4">
      {task.kind === "dispatch" ? (
        <DispatchFields task={task} onChange={change} isNew={isNew} error={error} />
      ) : (
        <KeepaliveFields task={task} onChange={change} error={error} />
      )}
      <div className="rounded-md border border-line bg-sunken px-4 py-3">
        <p className="max-w-prose text-ink-soft text-sm">
          {t.rich("allow", { code: (chunks) => <code className="font-mono text-xs">{chunks}</code> })}
        </p>
        <pre className="mt-2 overflow-x-auto font-mono text-ink text-xs" tabIndex={0}>
          {writeAllowLines(task)}
        </pre>
      </div>
    </div>
  );
}

type TaskFieldProps<Kind extends PulseTask["kind"]> = {
  task: Extract<PulseTask, { kind: Kind }>;
  onChange: (task: PulseTask) => void;
  error: string | undefined;
};

function DispatchFields({ task, onChange, isNew, error }: TaskFieldProps<"dispatch"> & { isNew: boolean }) {
  const t = useTranslations("pulseForm.task");
  // The lines as they are typed: the form holds them as inputs, and the last good ones of bad lines.
  const [text, setText] = useState(() => writeInputLines(task.inputs));
  const isReadable = parseInputLines(text) !== undefined;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label={t("workflow")} hint={t(isNew ? "workflowHint" : "workflowKept")} error={error}>
        <Input
          value={task.workflow}
          onChange={(event) => onChange({ ...task, workflow: event.target.value.trim() })}
          placeholder="nightly.yml"
          readOnly={!isNew}
          autoComplete="off"
          spellCheck={false}
          maxLength={105}
        />
      </Field>
      <Field label={t("inputs")} hint={t("inputsHint")} error={isReadable ? undefined : t("inputsError")}>
        <Textarea
          rows={3}
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            const inputs = parseInputLines(event.target.value);
            if (inputs !== undefined) onChange({ ...task, inputs });
          }}
        />
      </Field>
    </div>
  );
}

function KeepaliveFields({ task, onChange, error }: TaskFieldProps<"keepalive">) {
  const t = useTranslations("pulseForm.task");
  const [text, setText] = useState(() => task.workflows.join("\n"));
  return (
    <Field label={t("workflows")} hint={t("workflowsHint")} error={error}>
      <Textarea
        rows={3}
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          onChange({ ...task, workflows: parseLines(event.target.value) });
        }}
      />
    </Field>
  );
}
