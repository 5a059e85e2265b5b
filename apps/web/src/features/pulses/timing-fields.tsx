"use client";

import { useTranslations } from "next-intl";
import { useFormContext } from "react-hook-form";
import { Field, Input, Select } from "@/components/ui/field";
import type { PulseFormValues } from "./pulse-form-values";

export function TimingFields() {
  const t = useTranslations("pulseForm");
  const form = useFormContext<PulseFormValues>();
  const { errors } = form.formState;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label={t("jitter")}
        hint={t("jitterHint")}
        error={errors.jitter?.windowMinutes && t("errors.jitter")}
      >
        <Input
          {...form.register("jitter.windowMinutes", { valueAsNumber: true })}
          type="number"
          inputMode="numeric"
          min={0}
          max={720}
          className="num"
        />
      </Field>
      <Field label={t("recoveryLabel")} hint={t("recoveryHint")}>
        <Select {...form.register("recovery")}>
          <option value="catch_up_latest">{t("recovery.catch_up_latest")}</option>
          <option value="catch_up_all">{t("recovery.catch_up_all")}</option>
          <option value="skip">{t("recovery.skip")}</option>
        </Select>
      </Field>
    </div>
  );
}
