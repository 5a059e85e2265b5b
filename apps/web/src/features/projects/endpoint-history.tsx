"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import { RelativeTime } from "@/components/instant";
import { Reason } from "@/components/reason";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";

/** What happened to a project's endpoint, newest first. */
export function EndpointHistory({ projectId }: { projectId: string }) {
  const t = useTranslations("integration.history");
  const common = useTranslations("common");
  const changes = useInfiniteQuery(queries.endpointChanges(projectId));
  const rows = changes.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Section title={t("title")} hint={t("hint")}>
      {changes.isPending ? <Skeleton className="h-24" /> : null}
      {changes.isSuccess && rows.length === 0 ? <p className="text-ink-soft text-sm">{t("empty")}</p> : null}
      <ol className="flex flex-col divide-y divide-line text-sm">
        {rows.map((row) => (
          <li key={row.id} className="flex flex-wrap items-baseline justify-between gap-x-4 py-2 first:pt-0">
            <span className="min-w-0">
              <span className="font-medium">{t(`kind.${row.kind}`)}</span>
              <span className="text-ink-soft">
                {row.environment === null ? null : ` · ${row.environment}`}
                {row.kind === "activated" && row.source !== "endpoint"
                  ? ` · ${t(`source.${row.source}`)}`
                  : null}
                {row.replaced ? ` · ${t(`replaced.${row.replaced}`)}` : null}
                {row.host ? (
                  <>
                    {" · "}
                    <code className="break-all font-mono text-xs">{row.host}</code>
                  </>
                ) : null}
              </span>
              {row.reason ? <Reason code={row.reason} className="block text-danger text-xs" /> : null}
            </span>
            <span className="text-ink-faint text-xs">
              <RelativeTime at={row.at} />
            </span>
          </li>
        ))}
      </ol>
      {changes.hasNextPage ? (
        <Button
          size="sm"
          className="mt-3"
          onClick={() => void changes.fetchNextPage()}
          pending={changes.isFetchingNextPage}
        >
          {common("more")}
        </Button>
      ) : null}
    </Section>
  );
}
