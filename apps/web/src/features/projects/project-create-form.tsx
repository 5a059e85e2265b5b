"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { projectCreateSchema } from "@pulsekeep/contracts/api/projects";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { useProblemToast } from "@/api/use-problem-toast";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field, Input } from "@/components/ui/field";
import { parseEnvironments } from "./environments";
import { SecretDialog } from "./secret-dialog";
import { type Stack, StackField } from "./stack-field";

type Values = {
  name: string;
  description: string;
  stack: Stack | "";
  environments: string;
  metricsEndpoint: string;
};

export function ProjectCreateForm() {
  const t = useTranslations("projectForm");
  const common = useTranslations("common");
  const router = useRouter();
  const client = useQueryClient();
  const onError = useProblemToast();
  const [created, setCreated] = useState<{ id: string; apiKeyPlain: string }>();
  const form = useForm<Values>({
    defaultValues: { name: "", description: "", stack: "", environments: "prod", metricsEndpoint: "" },
    resolver: (values, context, options) =>
      zodResolver(projectCreateSchema)(
        toProjectCreate(values) as never,
        context as never,
        options as never,
      ) as never,
  });
  const stack = useWatch({ control: form.control, name: "stack" });
  const { errors } = form.formState;
  const create = useMutation({
    mutationFn: (values: Values) =>
      unwrap(browserApi.POST("/api/v1/projects", { body: toProjectCreate(values) })),
    onError,
    onSuccess: ({ project, apiKeyPlain }) => {
      void client.invalidateQueries({ queryKey: ["projects"] });
      setCreated({ id: project.id, apiKeyPlain });
    },
  });
  return (
    <Card className="max-w-2xl">
      <form
        noValidate
        onSubmit={(event) => void form.handleSubmit(() => create.mutate(form.getValues()))(event)}
        className="flex flex-col"
      >
        <div className="flex flex-col gap-5 p-6">
          <Field label={t("name")} hint={t("nameHint")} error={errors.name && t("nameError")}>
            <Input {...form.register("name")} autoComplete="off" maxLength={80} placeholder="checkout-api" />
          </Field>
          <Field label={t("description")} hint={t("descriptionHint")}>
            <Input {...form.register("description")} autoComplete="off" maxLength={500} />
          </Field>
          <StackField value={stack} onChange={(stack) => form.setValue("stack", stack)} />
          <Field
            label={t("environments")}
            hint={t("environmentsHint")}
            error={errors.environments && t("environmentsError")}
          >
            <Input {...form.register("environments")} autoComplete="off" spellCheck={false} />
          </Field>
          <Field
            label={t("endpoint")}
            hint={t("endpointHint")}
            error={errors.metricsEndpoint && t("endpointError")}
          >
            <Input
              {...form.register("metricsEndpoint")}
              type="url"
              inputMode="url"
              autoComplete="off"
              placeholder="https://api.example.com/seqpulse-metrics"
            />
          </Field>
        </div>
        <div className="flex justify-end gap-2 border-line border-t px-6 py-4">
          <Button asChild>
            <Link href="/app/projects">{common("cancel")}</Link>
          </Button>
          <Button type="submit" variant="primary" pending={create.isPending || create.isSuccess}>
            {t("submit")}
          </Button>
        </div>
      </form>
      <SecretDialog
        secret={created && { kind: "apiKey", plain: created.apiKeyPlain }}
        onClose={() => created && router.push(`/app/projects/${created.id}?tab=integration`)}
      />
    </Card>
  );
}

function toProjectCreate({ name, description, stack, environments, metricsEndpoint }: Values) {
  return {
    name,
    ...(description.trim() === "" ? {} : { description: description.trim() }),
    ...(stack === "" ? {} : { stack }),
    environments: parseEnvironments(environments),
    ...(metricsEndpoint.trim() === "" ? {} : { metricsEndpoint: metricsEndpoint.trim() }),
  };
}
