"use client";

import { useTranslations } from "next-intl";
import { useFormContext, useWatch } from "react-hook-form";
import { Field, Input, Select } from "@/components/ui/field";
import type { PulseFormValues } from "./pulse-form-values";

const POLICIES = ["catch_up_latest", "catch_up_all", "skip"] as const;

export function TimingFields() {
  const t = useTranslations("pulseForm");
  const form = useFormContext<PulseFormValues>();
  const { errors } = form.formState;
  const [recovery, shape] = useWatch<PulseFormValues, ["recovery", "jitter.shape"]>({
    name: ["recovery", "jitter.shape"],
  });
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label={t("jitter")}
        hint={t("jitterHint")}
        error={errors.jitter?.windowMinutes && t("errors.jitter")}
      >
        <MinutesInput name="jitter.windowMinutes" max={720} />
      </Field>
      <Field label={t("shapeLabel")} hint={t(`shapeHint.${shape}`)}>
        <Select {...form.register("jitter.shape")}>
          <option value="uniform">{t("shape.uniform")}</option>
          <option value="working_hours">{t("shape.working_hours")}</option>
        </Select>
      </Field>
      <Field
        label={t("gapLabel")}
        hint={t("gapHint")}
        error={errors.jitter?.minimumGapMinutes && t("errors.gap")}
      >
        <MinutesInput name="jitter.minimumGapMinutes" max={660} />
      </Field>
      <Field label={t("recoveryLabel")} hint={t(`recoveryHints.${recovery}`)}>
        <Select {...form.register("recovery")}>
          {POLICIES.map((it) => (
            <option key={it} value={it}>
              {t(`recovery.${it}`)}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  );
}

type MinutesInputProps = { name: "jitter.windowMinutes" | "jitter.minimumGapMinutes"; max: number };

function MinutesInput({ name, max }: MinutesInputProps) {
  const form = useFormContext<PulseFormValues>();
  return (
    <Input
      {...form.register(name, { valueAsNumber: true })}
      type="number"
      inputMode="numeric"
      min={0}
      max={max}
      className="num"
    />
  );
}
