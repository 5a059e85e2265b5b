"use client";

import { pulsePreviewRequestSchema } from "@pulsekeep/contracts/api/pulses";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useEffect } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { useProblemText } from "@/api/use-problem-text";
import { Section } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import { writeZoneId } from "@/i18n/zone-id";
import { PreviewList } from "./preview-list";
import type { PulseFormValues } from "./pulse-form-values";
import { useDebounced } from "./use-debounced";
import { useScheduleFault } from "./use-schedule-fault";

const ASKED_RUNS = 50;
const TYPING_MS = 350;

/** The next runs of what the form says now, computed by the server with the rules that will plan the real ones. */
export function PulsePreview() {
  const t = useTranslations("pulseForm");
  const text = useProblemText();
  const form = useFormContext<PulseFormValues>();
  const faultOf = useScheduleFault();
  const [schedule, timeZone, jitter, rest] = useWatch<
    PulseFormValues,
    ["schedule", "timeZone", "jitter", "rest"]
  >({ name: ["schedule", "timeZone", "jitter", "rest"] });
  const asked = JSON.stringify({ schedule, timeZone, jitter, rest, count: ASKED_RUNS });
  const settled = useDebounced(asked, TYPING_MS);
  const request = pulsePreviewRequestSchema.safeParse(JSON.parse(settled));
  const preview = useQuery({
    queryKey: ["pulse-preview", settled],
    enabled: request.success,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      if (!request.success) throw request.error;
      return unwrap(browserApi.POST("/api/v1/pulses/preview", { body: request.data, signal }));
    },
  });
  // What only the server can read of a schedule is said at its field as well.
  const fault = request.success && preview.isError ? faultOf(preview.error) : undefined;
  useEffect(() => {
    if (fault === undefined) return;
    form.setError("schedule", { type: "server", message: fault });
    return () => form.clearErrors("schedule");
  }, [fault, form]);
  return (
    <Section
      title={t("preview")}
      hint={t("previewZone", { zone: writeZoneId(timeZone), name: useZoneName(timeZone) })}
      className="lg:sticky lg:top-20 lg:col-start-2 lg:row-span-2 lg:row-start-1 lg:max-h-[calc(100dvh-6rem)] lg:overflow-y-auto"
    >
      <div aria-live="polite" aria-busy={preview.isFetching}>
        {!request.success ? <p className="text-ink-soft text-sm">{t("previewIncomplete")}</p> : null}
        {request.success && preview.isError ? (
          <p className="text-danger text-sm">{fault ?? text(preview.error).title}</p>
        ) : null}
        {request.success && preview.isPending ? <Skeleton className="h-72" /> : null}
        {request.success && preview.data && !preview.isError ? (
          <div className={cn(preview.isPlaceholderData && "opacity-60")}>
            <PreviewList preview={preview.data} timeZone={timeZone} elapsed={schedule.kind === "every"} />
          </div>
        ) : null}
      </div>
    </Section>
  );
}

/** What people call a zone: "Central European Time". */
function useZoneName(timeZone: string): string {
  const locale = useLocale();
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "longGeneric" }).formatToParts();
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}
