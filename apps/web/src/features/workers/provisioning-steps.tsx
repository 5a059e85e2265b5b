"use client";

import { Check, LoaderCircle, Minus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ProvisioningStep } from "@/api/types";
import { Reason } from "@/components/reason";
import { cn } from "@/components/ui/cn";
import { Duration } from "../deployments/duration";
import { StepFacts } from "./step-facts";

/** The steps in their order, each with what exactly was done. */
export function ProvisioningSteps({ steps }: { steps: readonly ProvisioningStep[] }) {
  const t = useTranslations("provisioning");
  return (
    <ol aria-label={t("steps")} className="px-5 pt-5 pb-3">
      {steps.map((step, index) => (
        <Step key={step.name} step={step} last={index === steps.length - 1} />
      ))}
    </ol>
  );
}

function Step({ step, last }: { step: ProvisioningStep; last: boolean }) {
  const t = useTranslations("provisioning");
  const isNamed = step.facts["made"] === "existing";
  return (
    <li
      aria-current={step.state === "running" ? "step" : undefined}
      className={cn(
        "relative flex gap-4 pb-5",
        !last && "before:absolute before:top-7 before:bottom-0 before:left-3 before:w-px before:bg-line",
      )}
    >
      <StepMark state={step.state} />
      <div className="min-w-0 flex-1 pt-0.5">
        <p className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className={cn("font-medium", step.state === "waiting" && "text-ink-faint")}>
            {t(`step.${step.name}`)}
          </span>
          <span className="text-ink-faint text-xs">
            {step.startedAt ? (
              <Duration fromAt={step.startedAt} toAt={step.endedAt} />
            ) : (
              t(`stepState.${step.state}`)
            )}
          </span>
        </p>
        <p className="text-ink-soft text-sm">{t(isNamed ? "stepHint.named" : `stepHint.${step.name}`)}</p>
        <StepFacts facts={step.facts} />
        {step.errorCode ? (
          <p className="mt-2 text-danger text-sm">
            <Reason code={step.errorCode} />
          </p>
        ) : null}
      </div>
    </li>
  );
}

function StepMark({ state }: { state: ProvisioningStep["state"] }) {
  const t = useTranslations("provisioning.stepState");
  const looks = {
    waiting: "border-line-field border-dashed bg-surface text-ink-faint",
    running: "border-accent bg-surface text-accent",
    done: "border-ok bg-ok-soft text-ok",
    failed: "border-danger bg-danger-soft text-danger",
    skipped: "border-line-field bg-surface text-ink-faint",
  };
  return (
    <span
      className={cn("relative grid size-6 shrink-0 place-items-center rounded-full border", looks[state])}
    >
      <span className="sr-only">{t(state)}</span>
      {state === "done" ? <Check aria-hidden className="size-3.5" /> : null}
      {state === "failed" ? <X aria-hidden className="size-3.5" /> : null}
      {state === "skipped" ? <Minus aria-hidden className="size-3.5" /> : null}
      {state === "running" ? <LoaderCircle aria-hidden className="size-3.5 animate-spin" /> : null}
    </span>
  );
}
