"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { type PulseCreate, pulseCreateSchema } from "@pulsekeep/contracts/api/pulses";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { FormProvider, type Resolver, useForm, type UseFormReturn, useWatch } from "react-hook-form";
import { showToast } from "@/components/toasts";
import { browserApi } from "@/api/client";
import { ApiProblem, unwrap } from "@/api/problem";
import type { Pulse, Worker } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { Field, Input, Select } from "@/components/ui/field";
import { KindChoice, TaskFields } from "./kind-fields";
import { MessageFields } from "./message-fields";
import { MoreOptions } from "./more-options";
import { getTarget, type PulseFormValues } from "./pulse-form-values";
import { PulsePreview } from "./pulse-preview";
import { ScheduleFields } from "./schedule-fields";
import { findFaultyTemplate } from "./template-lines";
import { TimingFields } from "./timing-fields";
import { useScheduleFault } from "./use-schedule-fault";

type PulseFormProps = {
  initial: PulseFormValues;
  workers: readonly Worker[];
  timeZones: readonly string[];
  /** The pulse to change; without it a new one is made. */
  pulseId?: string;
};

export function PulseForm({ initial, workers, timeZones, pulseId }: PulseFormProps) {
  const t = useTranslations("pulseForm");
  const common = useTranslations("common");
  const form = useForm<PulseFormValues>({
    defaultValues: initial,
    // The schema leaves fields optional that the form always fills, so their types differ in that only.
    resolver: zodResolver(pulseCreateSchema) as unknown as Resolver<PulseFormValues>,
  });
  const save = useSavePulse(pulseId, form);
  const submit = ({ target, ...values }: PulseFormValues) => {
    if (findFaultyTemplate(values.message.templates) !== undefined) {
      form.setError("message.templates", { type: "placeholder" });
      return;
    }
    const own = workers.find((it) => it.id === values.workerId)?.repository?.fullName;
    save.mutate({ ...values, target: getTarget(target, own) });
  };
  const { errors } = form.formState;
  const kind = useWatch({ control: form.control, name: "kind" });
  const back = pulseId ? `/app/pulses/${pulseId}` : "/app/pulses";
  return (
    <FormProvider {...form}>
      <form
        noValidate
        onSubmit={(event) => void form.handleSubmit(submit)(event)}
        className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,5fr)_minmax(18rem,3fr)]"
      >
        <div className="flex min-w-0 flex-col gap-5">
          <Section title={t("what")} hint={kind === "commit" ? t("whatHint") : undefined}>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label={t("name")} error={errors.name && t("errors.name")}>
                <Input
                  {...form.register("name")}
                  maxLength={80}
                  autoComplete="off"
                  placeholder={t("namePlaceholder")}
                />
              </Field>
              <Field label={t("worker")} hint={pulseId ? t("workerFixed") : undefined}>
                <Select {...form.register("workerId")} disabled={pulseId !== undefined}>
                  {workers.map((it) => (
                    <option key={it.id} value={it.id}>
                      {it.repository?.fullName ?? it.clientId}
                    </option>
                  ))}
                </Select>
              </Field>
            </div>
            {pulseId === undefined ? (
              <div className="mt-4">
                <KindChoice />
              </div>
            ) : null}
          </Section>
          {kind === "commit" ? null : (
            <Section title={t("task.title")} hint={t("task.hint")}>
              <TaskFields isNew={pulseId === undefined} />
            </Section>
          )}
          <Section title={t("when")} hint={t("whenHint")}>
            <ScheduleFields timeZones={timeZones} />
          </Section>
          <Section title={t("rhythm")} hint={t("rhythmHint")}>
            <TimingFields />
          </Section>
          {kind === "commit" ? (
            <Section title={t("message")} hint={t("messageHint")}>
              <MessageFields />
            </Section>
          ) : null}
          <MoreOptions workers={workers} isNew={pulseId === undefined} />
        </div>
        <PulsePreview />
        <div className="flex justify-end gap-2 lg:col-start-1">
          <Button asChild>
            <Link href={back}>{common("cancel")}</Link>
          </Button>
          <Button type="submit" variant="primary" pending={save.isPending || save.isSuccess}>
            {t(pulseId ? "save" : "create")}
          </Button>
        </div>
      </form>
    </FormProvider>
  );
}

/** Fields whose refusal by the server has words at the field. */
const FIELDS = [
  "name",
  "message.templates",
  "message.repositoryLanguage",
  "target.repository",
  "target.branch",
  "task",
  "jitter.windowMinutes",
  "jitter.minimumGapMinutes",
  "rest.pausedUntil",
] as const;

function useSavePulse(pulseId: string | undefined, form: UseFormReturn<PulseFormValues>) {
  const t = useTranslations("pulseForm");
  const router = useRouter();
  const client = useQueryClient();
  const showProblem = useProblemToast();
  const faultOf = useScheduleFault();
  const onError = (error: Error) => {
    showProblem(error);
    const fault = faultOf(error);
    if (fault !== undefined) form.setError("schedule", { type: "server", message: fault });
    if (!(error instanceof ApiProblem)) return;
    for (const { path } of error.fields) {
      const field = FIELDS.find((it) => path === it || path.startsWith(`${it}.`));
      if (field !== undefined) form.setError(field, { type: "server" }, { shouldFocus: true });
    }
  };
  return useMutation({
    mutationFn: (values: PulseCreate): Promise<Pulse> => {
      if (pulseId === undefined) return unwrap(browserApi.POST("/api/v1/pulses", { body: values }));
      const { kind: _kind, workerId: _workerId, target: _target, ...body } = values;
      return unwrap(browserApi.PATCH("/api/v1/pulses/{id}", { params: { path: { id: pulseId } }, body }));
    },
    onError,
    onSuccess: (pulse) => {
      void client.invalidateQueries({ queryKey: ["pulses"] });
      void client.invalidateQueries({ queryKey: ["runs"] });
      showToast({ kind: "success", title: t(pulseId ? "saved" : "created", { name: pulse.name }) });
      router.push(`/app/pulses/${pulse.id}`);
    },
  });
}
