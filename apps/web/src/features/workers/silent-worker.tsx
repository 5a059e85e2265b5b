"use client";

import { Unplug } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Worker } from "@/api/types";
import { RelativeTime } from "@/components/instant";

const QUESTIONS = {
  actions: ["actions.enabled", "actions.minutes", "actions.runs"],
  resident: ["resident.machine", "resident.network"],
} as const;

type SilentWorkerProps = { kind: Worker["kind"]; silence: NonNullable<Worker["silence"]> };

/** That a worker stays away, what follows from it, and what its user can look at. */
export function SilentWorker({ kind, silence }: SilentWorkerProps) {
  const t = useTranslations("worker.silence");
  return (
    <section role="alert" className="mb-5 rounded-lg bg-danger-soft px-5 py-4 text-sm">
      <h2 className="flex items-center gap-2.5 font-semibold text-danger">
        <Unplug aria-hidden className="size-4 shrink-0" />
        <span>{t.rich("title", { at: () => <RelativeTime at={silence.since} /> })}</span>
      </h2>
      <p className="mt-2 max-w-3xl">{t("text", { missed: silence.missed })}</p>
      <ul className="mt-2 list-disc pl-5">
        {QUESTIONS[kind].map((question) => (
          <li key={question}>{t(question)}</li>
        ))}
      </ul>
      <p className="mt-2 text-ink-soft">{t("back")}</p>
    </section>
  );
}
