"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { showToast } from "@/components/toasts";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Project } from "@/api/types";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { Field, Input } from "@/components/ui/field";
import { SlackSection } from "../slack/slack-section";
import { parseEnvironments } from "./environments";
import { ObservationForm } from "./observation-form";
import { type Stack, StackField } from "./stack-field";
import { useProjectMutation } from "./use-project-mutation";

export function ProjectSettings({ project }: { project: Project }) {
  return (
    <div className="flex max-w-3xl flex-col gap-5">
      <General project={project} />
      <ObservationForm project={project} />
      <SlackSection projectId={project.id} />
      <Danger project={project} />
    </div>
  );
}

const SERVICE = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,79}$/;
const ENVIRONMENT = /^[a-z0-9][a-z0-9._-]{0,39}$/;

function General({ project }: { project: Project }) {
  const t = useTranslations("projectForm");
  const common = useTranslations("common");
  const [name, setName] = useState(project.name);
  const [environments, setEnvironments] = useState(project.environments.join(", "));
  const [description, setDescription] = useState(project.description);
  const [stack, setStack] = useState<Stack | "">(project.stack ?? "");
  const [services, setServices] = useState(project.services.join(", "));
  const parsed = parseEnvironments(environments);
  const parsedServices = parseEnvironments(services);
  const validName = name.trim().length > 0;
  const validEnvironments =
    parsed.length > 0 && parsed.length <= 10 && parsed.every((it) => ENVIRONMENT.test(it));
  const validServices = parsedServices.length <= 50 && parsedServices.every((it) => SERVICE.test(it));
  const save = useProjectMutation(
    project.id,
    () =>
      unwrap(
        browserApi.PATCH("/api/v1/projects/{id}", {
          params: { path: { id: project.id } },
          body: {
            name: name.trim(),
            description: description.trim(),
            stack: stack === "" ? null : stack,
            environments: parsed,
            services: parsedServices,
          },
        }),
      ),
    () => showToast({ kind: "success", title: common("saved") }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (validName && validEnvironments && validServices) save.mutate(undefined);
  };
  return (
    <Section title={t("general")}>
      <form onSubmit={submit} noValidate className="grid gap-4 sm:grid-cols-2">
        <Field label={t("name")} error={validName ? undefined : t("nameError")}>
          <Input value={name} onChange={(e) => setName(e.target.value)} maxLength={80} autoComplete="off" />
        </Field>
        <Field
          label={t("environments")}
          hint={t("environmentsHint")}
          error={validEnvironments ? undefined : t("environmentsError")}
        >
          <Input value={environments} onChange={(e) => setEnvironments(e.target.value)} autoComplete="off" />
        </Field>
        <Field label={t("description")} className="sm:col-span-2">
          <Input
            value={description}
            onChange={(e) => setDescription(e.target.value)}
            maxLength={500}
            autoComplete="off"
          />
        </Field>
        <StackField value={stack} onChange={setStack} />
        <Field
          label={t("services")}
          hint={t("servicesHint")}
          error={validServices ? undefined : t("servicesError")}
        >
          <Input value={services} onChange={(e) => setServices(e.target.value)} autoComplete="off" />
        </Field>
        <div className="flex justify-end sm:col-span-2">
          <Button type="submit" variant="primary" pending={save.isPending}>
            {common("save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function Danger({ project }: { project: Project }) {
  const t = useTranslations("project");
  const router = useRouter();
  const client = useQueryClient();
  const remove = useProjectMutation(
    project.id,
    () =>
      unwrap(
        browserApi.DELETE("/api/v1/projects/{id}", {
          params: { path: { id: project.id } },
          body: { confirmationName: project.name },
        }),
      ),
    () => {
      showToast({ kind: "success", title: t("deleted", { name: project.name }) });
      client.removeQueries({ queryKey: queries.project(project.id).queryKey });
      router.push("/app/projects");
    },
  );
  return (
    <Section title={t("delete")} hint={t("deleteHint")}>
      <ConfirmDialog
        trigger={(open) => (
          <Button variant="danger-quiet" onClick={open}>
            {t("delete")}
          </Button>
        )}
        title={t("deleteTitle", { name: project.name })}
        description={t("deleteDescription")}
        confirmLabel={t("delete")}
        typedName={project.name}
        onConfirm={() => remove.mutateAsync(undefined)}
      />
    </Section>
  );
}
