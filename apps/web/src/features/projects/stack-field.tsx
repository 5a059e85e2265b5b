"use client";

import { STACKS } from "@pulsekeep/contracts/api/projects";
import { useTranslations } from "next-intl";
import { Field, Select } from "@/components/ui/field";

export type Stack = (typeof STACKS)[number];

type StackFieldProps = { value: Stack | ""; onChange: (stack: Stack | "") => void };

/** What the service is written in. Nothing is chosen until somebody chooses. */
export function StackField({ value, onChange }: StackFieldProps) {
  const t = useTranslations("projectForm");
  return (
    <Field label={t("stack")}>
      <Select
        name="stack"
        value={value}
        onChange={(e) => onChange(STACKS.find((it) => it === e.target.value) ?? "")}
      >
        <option value="">{t("stackUnknown")}</option>
        {STACKS.map((stack) => (
          <option key={stack} value={stack}>
            {t(`stacks.${stack}`)}
          </option>
        ))}
      </Select>
    </Field>
  );
}
