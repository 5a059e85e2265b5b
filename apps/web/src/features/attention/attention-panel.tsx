"use client";

import { X } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { RunNotice } from "@/api/types";
import { Instant, RelativeTime } from "@/components/instant";
import { Reason } from "@/components/reason";
import { NoticeKindBadge } from "@/components/states";
import { MoreRows } from "@/components/more-rows";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { RunNotes } from "../pulses/run-note";
import { useDismissNotices } from "./use-dismiss-notices";

type AttentionPanelProps = { rows: readonly RunNotice[]; pulseId?: string; more?: MorePages };
type MorePages = { load: () => void; loading: boolean };

/** Late, missed, failed, made up for: each run with its reason, and a way to put it out of sight. */
export default function AttentionPanel({ rows, pulseId, more }: AttentionPanelProps) {
  const t = useTranslations("attention");
  const { dismiss, dismissAll } = useDismissNotices(pulseId);
  const newest = rows[0];
  return (
    <Section
      title={t("title")}
      hint={t("hint")}
      bodyClassName="border-t border-line"
      action={
        newest && rows.length > 1 ? (
          <Button
            size="sm"
            variant="ghost"
            onClick={() => dismissAll.mutate(newest.raisedAt)}
            pending={dismissAll.isPending}
          >
            {t("dismissAll")}
          </Button>
        ) : null
      }
    >
      <ul>
        {rows.map((notice) => (
          <Notice
            key={`${notice.run.id} ${notice.kind}`}
            notice={notice}
            named={pulseId === undefined}
            onDismiss={() => dismiss.mutate(notice)}
          />
        ))}
      </ul>
      {more ? <MoreRows more={more} /> : null}
    </Section>
  );
}

type NoticeProps = { notice: RunNotice; named: boolean; onDismiss: () => void };

function Notice({ notice: { kind, raisedAt, run }, named, onDismiss }: NoticeProps) {
  const t = useTranslations("attention");
  const kinds = useTranslations("runs.kind");
  const states = useTranslations("states.run");
  const format = useFormatter();
  const planned = format.dateTime(new Date(run.plannedAt), { dateStyle: "medium", timeStyle: "short" });
  return (
    <li className="flex items-start gap-3 border-line border-b px-5 py-3 last:border-b-0 max-sm:flex-wrap">
      <span className="w-30 shrink-0">
        <NoticeKindBadge kind={kind} />
      </span>
      <div className="min-w-0 flex-1 text-sm max-sm:order-last max-sm:basis-full">
        <p>
          {named && run.pulseId ? (
            <>
              <Link href={`/app/pulses/${run.pulseId}`} className="font-medium hover:underline">
                {run.pulseName ?? kinds(run.kind)}
              </Link>
              {" · "}
            </>
          ) : null}
          <Link href={`/app/runs/${run.id}`} className="hover:underline">
            {t.rich("planned", { at: () => <Instant at={run.plannedAt} as="weekdayTime" /> })}
          </Link>
        </p>
        {run.reason ? <Reason of="runReasons" code={run.reason} className="text-ink-soft text-xs" /> : null}
        <RunNotes run={run} />
      </div>
      <span className="ml-auto shrink-0 py-0.5 text-ink-faint text-xs">
        <RelativeTime at={raisedAt} />
      </span>
      <Button
        variant="ghost"
        size="icon-sm"
        className="-my-1"
        aria-label={t("dismiss", { kind: states(kind), at: planned })}
        onClick={onDismiss}
      >
        <X aria-hidden />
      </Button>
    </li>
  );
}
