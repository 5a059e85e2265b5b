"use client";

import { useTranslations } from "next-intl";
import { useFormContext } from "react-hook-form";
import { Field, Select } from "@/components/ui/field";
import type { PulseFormValues } from "./pulse-form-values";

export function MessageFields() {
  const t = useTranslations("pulseForm");
  const form = useFormContext<PulseFormValues>();
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label={t("styleLabel")}>
        <Select {...form.register("message.style")}>
          <option value="pro">{t("style.pro")}</option>
          <option value="casual">{t("style.casual")}</option>
          <option value="emoji">{t("style.emoji")}</option>
        </Select>
      </Field>
      <Field label={t("messageLocaleLabel")}>
        <Select {...form.register("message.locale")}>
          <option value="en">{t("messageLocale.en")}</option>
          <option value="fr">{t("messageLocale.fr")}</option>
          <option value="es">{t("messageLocale.es")}</option>
          <option value="de">{t("messageLocale.de")}</option>
        </Select>
      </Field>
    </div>
  );
}
