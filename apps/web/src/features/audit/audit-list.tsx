"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText, ShieldCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { queries } from "@/api/queries";
import type { AuditEntry } from "@/api/types";
import { Instant } from "@/components/instant";
import { PageList } from "@/components/page-list";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Table, Td, Th, Tr } from "@/components/ui/table";
import { ActionName } from "./action-name";
import { auditQueryOf } from "./audit-filter";
import { AuditFilters } from "./audit-filters";
import { useAuditFilter } from "./use-audit-filter";
import { VerificationDialog } from "./verification-dialog";

export function AuditList() {
  const t = useTranslations("audit");
  const filtering = useAuditFilter();
  const entries = useInfiniteQuery(queries.audit(auditQueryOf(filtering.filter)));
  const filtered = Object.values(filtering.filter).some((it) => it !== undefined);
  return (
    <>
      <AuditFilters {...filtering} />
      <Card className="overflow-hidden">
        <PageList
          query={entries}
          empty={
            <EmptyState icon={ScrollText} title={t(filtered ? "noneFound" : "empty")}>
              {t(filtered ? "noneFoundHint" : "emptyHint")}
            </EmptyState>
          }
        >
          {(rows) => <AuditTable entries={rows} />}
        </PageList>
      </Card>
    </>
  );
}

function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  const t = useTranslations("audit");
  const [verified, setVerified] = useState<AuditEntry>();
  return (
    <>
      <Table label={t("tableLabel")} stacked>
        <thead>
          <tr>
            <Th>{t("column.at")}</Th>
            <Th>{t("column.action")}</Th>
            <Th>{t("column.actor")}</Th>
            <Th>{t("column.subject")}</Th>
            <Th>{t("column.facts")}</Th>
            <Th>
              <span className="sr-only">{t("column.proof")}</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Tr key={entry.id}>
              <Td data-half className="whitespace-nowrap align-top text-ink-soft">
                <Instant at={entry.recordedAt} as="dateTime" />
              </Td>
              <Td className="min-w-44 align-top">
                <div className="@max-2xl:[&>:first-child]:pe-8">
                  <ActionName action={entry.action} />
                </div>
              </Td>
              <Td name={t("column.actor")} className="whitespace-nowrap align-top">
                {t(`actor.${entry.actor.kind}`)}
              </Td>
              <Td name={t("column.subject")} className="align-top">
                <SubjectKind kind={entry.subject.kind} />
                {entry.subject.id ? (
                  <code className="font-mono text-ink-faint text-xs" title={entry.subject.id}>
                    {entry.subject.id.slice(-12)}
                  </code>
                ) : null}
              </Td>
              <Td data-whole className="min-w-56 align-top">
                <Facts facts={entry.facts} />
              </Td>
              <Td className="@max-2xl:absolute @max-2xl:end-2.5 @max-2xl:top-2.5 py-2 text-right align-top">
                <VerifyButton onClick={() => setVerified(entry)} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      {verified ? (
        <VerificationDialog key={verified.id} entry={verified} onClose={() => setVerified(undefined)} />
      ) : null}
    </>
  );
}

/** What was acted on, in words where we have some. */
function SubjectKind({ kind }: { kind: string }) {
  const t = useTranslations("audit.subject");
  return <span className="block">{t.has(kind as never) ? t(kind as never) : kind}</span>;
}

function VerifyButton({ onClick }: { onClick: () => void }) {
  const t = useTranslations("audit.verify");
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-label={t("button")}
      title={t("title")}
      onClick={onClick}
      className="text-ink-faint"
    >
      <ShieldCheck aria-hidden />
    </Button>
  );
}

function Facts({ facts }: { facts: AuditEntry["facts"] }) {
  const entries = Object.entries(facts);
  if (entries.length === 0) return null;
  return (
    <dl className="flex flex-wrap gap-x-4 gap-y-0.5 text-xs">
      {entries.map(([name, value]) => (
        <div key={name} className="flex gap-1.5">
          <dt className="text-ink-faint">{name}</dt>
          <dd className="break-all font-mono">{String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
