"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { holdsEnoughSamples, type Observation, observationSchema } from "@pulsekeep/contracts/api/projects";
import { useTranslations } from "next-intl";
import { useForm } from "react-hook-form";
import { showToast } from "@/components/toasts";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import type { Project } from "@/api/types";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { Field, Input } from "@/components/ui/field";
import { SAMPLING } from "./sampling";
import { useProjectMutation } from "./use-project-mutation";

const schema = observationSchema.refine(holdsEnoughSamples, { path: ["windowSeconds"] });
const fields = [...SAMPLING, { name: "abandonSeconds", min: 60, max: 86_400 }] as const;

/** How a deployment is watched: how long, how often, and when it is given up. */
export function ObservationForm({ project }: { project: Project }) {
  const t = useTranslations("observation");
  const common = useTranslations("common");
  const form = useForm<Observation>({
    defaultValues: project.observation,
    resolver: zodResolver(schema),
  });
  const { errors } = form.formState;
  const save = useProjectMutation(
    project.id,
    (observation: Observation) =>
      unwrap(
        browserApi.PATCH("/api/v1/projects/{id}", {
          params: { path: { id: project.id } },
          body: { observation },
        }),
      ),
    () => showToast({ kind: "success", title: common("saved") }),
  );
  return (
    <Section title={t("title")} hint={t("hint")}>
      <form
        noValidate
        onSubmit={(event) => void form.handleSubmit((values) => save.mutate(values))(event)}
        className="grid gap-4 sm:grid-cols-2"
      >
        {fields.map(({ name, min, max }) => (
          <Field
            key={name}
            label={t(`${name}.label`)}
            hint={t(`${name}.hint`)}
            error={
              errors[name] && t(errors[name].type === "custom" ? "tooFewSamples" : "range", { min, max })
            }
          >
            <Input
              {...form.register(name, { valueAsNumber: true })}
              type="number"
              inputMode="numeric"
              min={min}
              max={max}
              className="num"
            />
          </Field>
        ))}
        <label className="flex items-start gap-2.5 text-sm sm:col-span-2">
          <input
            type="checkbox"
            {...form.register("baselineEnabled")}
            className="mt-0.5 size-4 accent-accent"
          />
          <span>
            <span className="font-medium">{t("baselineEnabled.label")}</span>
            <span className="block text-ink-faint text-xs">{t("baselineEnabled.hint")}</span>
          </span>
        </label>
        <div className="flex justify-end sm:col-span-2">
          <Button type="submit" variant="primary" pending={save.isPending}>
            {common("save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
