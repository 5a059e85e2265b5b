import { useTranslations } from "next-intl";
import { Field, Input } from "@/components/ui/field";
import type { DraftField, ProjectDraft } from "./project-draft";
import { findWindowFault, SAMPLING } from "./sampling";

type SamplingFieldsProps = {
  draft: ProjectDraft;
  isFaulty: (field: DraftField) => boolean;
  onChange: (changes: Partial<ProjectDraft>) => void;
};

/** How long and how often the new project is measured. */
export function SamplingFields({ draft, isFaulty, onChange }: SamplingFieldsProps) {
  const t = useTranslations("observation");
  return (
    <fieldset className="grid gap-4 sm:grid-cols-2">
      <legend className="mb-3 font-medium text-sm">{t("title")}</legend>
      {SAMPLING.map(({ name, min, max }) => (
        <Field
          key={name}
          label={t(`${name}.label`)}
          hint={t(`${name}.hint`)}
          error={isFaulty(name) ? t(faultOf(name, draft), { min, max }) : undefined}
        >
          <Input
            name={name}
            type="number"
            inputMode="numeric"
            min={min}
            max={max}
            className="num"
            value={draft[name]}
            onChange={(e) => onChange({ [name]: e.target.value })}
          />
        </Field>
      ))}
      <label className="flex items-start gap-2.5 text-sm sm:col-span-2">
        <input
          name="baselineEnabled"
          type="checkbox"
          checked={draft.baselineEnabled}
          onChange={(e) => onChange({ baselineEnabled: e.target.checked })}
          className="mt-0.5 size-4 accent-accent"
        />
        <span className="font-medium">
          {t("baselineEnabled.label")}
          <span className="block font-normal text-ink-faint text-xs">{t("baselineEnabled.hint")}</span>
        </span>
      </label>
    </fieldset>
  );
}

const faultOf = (name: DraftField, draft: ProjectDraft) =>
  (name === "windowSeconds" ? findWindowFault(draft) : undefined) ?? "range";
