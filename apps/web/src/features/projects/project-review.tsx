import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { parseEnvironments } from "./environments";
import type { DraftField, ProjectDraft } from "./project-draft";

type ProjectReviewProps = {
  draft: ProjectDraft;
  pending: boolean;
  /** Back to the facts, at this field; at none when only the step is taken back. */
  onChange: (field: DraftField | undefined) => void;
  onCreate: () => void;
};

/** The second step: all that was said, and a way back to each of it. */
export function ProjectReview({ draft, pending, onChange, onCreate }: ProjectReviewProps) {
  const t = useTranslations("projectForm");
  const page = useRef<HTMLDivElement>(null);
  // The button that led here is gone; reading goes on at the top.
  useEffect(() => {
    window.scrollTo({ top: 0 });
    page.current?.focus({ preventScroll: true });
  }, []);
  const facts: [DraftField, string, ReactNode][] = [
    ["name", t("name"), draft.name.trim()],
    ["description", t("description"), draft.description.trim()],
    ["stack", t("stack"), draft.stack === "" ? t("stackUnknown") : t(`stacks.${draft.stack}`)],
    ["environments", t("environments"), parseEnvironments(draft.environments).join(", ")],
    ["metricsEndpoint", t("endpoint"), draft.metricsEndpoint.trim() || t("review.noEndpoint")],
    ["windowSeconds", t("review.window"), t("review.seconds", { count: Number(draft.windowSeconds) })],
    ["sampleSeconds", t("review.sample"), t("review.every", { count: Number(draft.sampleSeconds) })],
    [
      "baselineSeconds",
      t("review.baseline"),
      draft.baselineEnabled
        ? t("review.every", { count: Number(draft.baselineSeconds) })
        : t("review.baselineOff"),
    ],
  ];
  return (
    <div ref={page} role="group" tabIndex={-1} aria-label={t("steps.review")} className="outline-none">
      <dl className="px-6 py-3 text-sm">
        {facts.map(([field, label, value]) => (
          <div
            key={field}
            className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 border-line border-b py-2.5 last:border-b-0 sm:grid-cols-[11rem_minmax(0,1fr)_auto]"
          >
            <dt className="text-ink-faint max-sm:col-span-2">{label}</dt>
            <dd className="break-words">{value || t("review.none")}</dd>
            <dd>
              <Button
                variant="ghost"
                size="sm"
                aria-label={t("review.changeField", { field: label })}
                disabled={pending}
                onClick={() => onChange(field)}
              >
                {t("review.change")}
              </Button>
            </dd>
          </div>
        ))}
      </dl>
      <p className="border-line border-t px-6 pt-4 text-ink-soft text-sm">{t("review.next")}</p>
      <div className="flex justify-end gap-2 px-6 py-4">
        <Button disabled={pending} onClick={() => onChange(undefined)}>
          {t("review.back")}
        </Button>
        <Button variant="primary" pending={pending} onClick={onCreate}>
          {t("submit")}
        </Button>
      </div>
    </div>
  );
}
