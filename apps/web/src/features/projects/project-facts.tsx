import { useTranslations } from "next-intl";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { type DraftField, listFaults, type ProjectDraft } from "./project-draft";
import { SamplingFields } from "./sampling-fields";
import { StackField } from "./stack-field";

type ProjectFactsProps = {
  draft: ProjectDraft;
  /** Where the reader is led to. */
  focused: DraftField | undefined;
  /** What the API did not take. */
  refused: DraftField | undefined;
  onChange: (draft: ProjectDraft) => void;
  onCancel: () => void;
  onDone: () => void;
};

/** The first step: what has to be said of a project, with what is wrong of it below each field. */
export function ProjectFacts({ draft, focused, refused, onChange, onCancel, onDone }: ProjectFactsProps) {
  const t = useTranslations("projectForm");
  const common = useTranslations("common");
  const form = useRef<HTMLFormElement>(null);
  const [shown, setShown] = useState(false);
  const faults = listFaults(draft);
  const isFaulty = (field: DraftField) => shown && faults.includes(field);
  useEffect(() => focusField(form.current, focused), [focused]);
  const change = (changes: Partial<ProjectDraft>) => onChange({ ...draft, ...changes });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setShown(true);
    if (faults.length === 0) onDone();
    else focusField(form.current, faults[0]);
  };
  return (
    <form ref={form} noValidate onSubmit={submit} className="flex flex-col">
      <div className="flex flex-col gap-5 p-6">
        <Field label={t("name")} hint={t("nameHint")} error={isFaulty("name") ? t("nameError") : undefined}>
          <Input
            name="name"
            value={draft.name}
            onChange={(e) => change({ name: e.target.value })}
            autoComplete="off"
            maxLength={80}
            placeholder="checkout-api"
          />
        </Field>
        <Field label={t("description")} hint={t("descriptionHint")}>
          <Input
            name="description"
            value={draft.description}
            onChange={(e) => change({ description: e.target.value })}
            autoComplete="off"
            maxLength={500}
          />
        </Field>
        <StackField value={draft.stack} onChange={(stack) => change({ stack })} />
        <Field
          label={t("environments")}
          hint={t("environmentsHint")}
          error={isFaulty("environments") ? t("environmentsError") : undefined}
        >
          <Input
            name="environments"
            value={draft.environments}
            onChange={(e) => change({ environments: e.target.value })}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        <Field
          label={t("endpoint")}
          hint={t("endpointHint")}
          error={
            isFaulty("metricsEndpoint")
              ? t("endpointError")
              : refused === "metricsEndpoint"
                ? t("endpointRefused")
                : undefined
          }
        >
          <Input
            name="metricsEndpoint"
            value={draft.metricsEndpoint}
            onChange={(e) => change({ metricsEndpoint: e.target.value })}
            type="url"
            inputMode="url"
            autoComplete="off"
            placeholder="https://api.example.com/seqpulse-metrics"
          />
        </Field>
        <SamplingFields draft={draft} isFaulty={isFaulty} onChange={change} />
      </div>
      <div className="flex justify-end gap-2 border-line border-t px-6 py-4">
        <Button onClick={onCancel}>{common("cancel")}</Button>
        <Button type="submit" variant="primary">
          {t("continue")}
        </Button>
      </div>
    </form>
  );
}

function focusField(form: HTMLFormElement | null, field: DraftField | undefined): void {
  const control = field === undefined ? null : form?.elements.namedItem(field);
  if (control instanceof HTMLElement) control.focus();
}
