"use client";

import { pulsePreviewRequestSchema } from "@pulsekeep/contracts/api/pulses";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import { useTranslations } from "next-intl";
import { useWatch } from "react-hook-form";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { useProblemText } from "@/api/use-problem-text";
import { Instant } from "@/components/instant";
import { Section } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import type { PulseFormValues } from "./pulse-form-values";
import { useDebounced } from "./use-debounced";

const SHOWN_RUNS = 10;
const TYPING_MS = 350;

/** The next runs of what the form says now, computed by the server with the rules that will plan the real ones. */
export function PulsePreview() {
  const t = useTranslations("pulseForm");
  const text = useProblemText();
  const [schedule, timeZone, jitter, rest] = useWatch<
    PulseFormValues,
    ["schedule", "timeZone", "jitter", "rest"]
  >({ name: ["schedule", "timeZone", "jitter", "rest"] });
  const asked = JSON.stringify({ schedule, timeZone, jitter, rest, count: SHOWN_RUNS });
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
  return (
    <Section
      title={t("preview")}
      hint={t("previewHint")}
      className="lg:sticky lg:top-20 lg:col-start-2 lg:row-span-2 lg:row-start-1"
    >
      <div aria-live="polite" aria-busy={preview.isFetching}>
        {!request.success ? <p className="text-ink-soft text-sm">{t("previewIncomplete")}</p> : null}
        {request.success && preview.isError ? (
          <p className="text-danger text-sm">
            {text(preview.error).title}
            {text(preview.error).detail ? (
              <span className="block text-xs">{text(preview.error).detail}</span>
            ) : null}
          </p>
        ) : null}
        {request.success && preview.isPending ? <Skeleton className="h-72" /> : null}
        {request.success && preview.data && !preview.isError ? (
          preview.data.runs.length === 0 ? (
            <p className="text-ink-soft text-sm">{t("previewNone")}</p>
          ) : (
            <ol className={cn("flex flex-col text-sm", preview.isPlaceholderData && "opacity-60")}>
              {preview.data.runs.map((run) => (
                <li
                  key={run.slot}
                  className="flex items-center gap-3 border-line border-b py-2 last:border-b-0"
                >
                  <CalendarClock aria-hidden className="size-4 shrink-0 text-accent" />
                  <Instant at={run.nominalAt} as="day" timeZone={timeZone} className="flex-1" />
                  <span className="whitespace-nowrap text-ink-soft tabular-nums">
                    {run.earliestAt === run.latestAt ? (
                      <Instant at={run.nominalAt} as="time" timeZone={timeZone} />
                    ) : (
                      t.rich("previewWindow", {
                        from: () => <Instant at={run.earliestAt} as="time" timeZone={timeZone} />,
                        until: () => <Instant at={run.latestAt} as="time" timeZone={timeZone} />,
                      })
                    )}
                  </span>
                </li>
              ))}
            </ol>
          )
        ) : null}
      </div>
    </Section>
  );
}
