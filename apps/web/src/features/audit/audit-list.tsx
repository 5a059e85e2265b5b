"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useTranslations } from "next-intl";
import { queries } from "@/api/queries";
import type { AuditEntry } from "@/api/types";
import { Instant } from "@/components/instant";
import { PageList } from "@/components/page-list";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { Table, Td, Th, Tr } from "@/components/ui/table";

export function AuditList() {
  const t = useTranslations("audit");
  const entries = useInfiniteQuery(queries.audit());
  return (
    <Card className="overflow-hidden">
      <PageList
        query={entries}
        empty={
          <EmptyState icon={ScrollText} title={t("empty")}>
            {t("emptyHint")}
          </EmptyState>
        }
      >
        {(rows) => <AuditTable entries={rows} />}
      </PageList>
    </Card>
  );
}

function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  const t = useTranslations("audit");
  return (
    <Table label={t("tableLabel")}>
      <thead>
        <tr>
          <Th>{t("column.at")}</Th>
          <Th>{t("column.action")}</Th>
          <Th>{t("column.actor")}</Th>
          <Th>{t("column.subject")}</Th>
          <Th>{t("column.facts")}</Th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Tr key={entry.id}>
            <Td className="whitespace-nowrap align-top text-ink-soft">
              <Instant at={entry.recordedAt} as="dateTime" />
            </Td>
            <Td className="whitespace-nowrap align-top">
              <ActionName action={entry.action} />
            </Td>
            <Td className="whitespace-nowrap align-top">{t(`actor.${entry.actor.kind}`)}</Td>
            <Td className="align-top">
              <span className="block">{entry.subject.kind}</span>
              {entry.subject.id ? (
                <code className="font-mono text-ink-faint text-xs" title={entry.subject.id}>
                  {entry.subject.id.slice(-12)}
                </code>
              ) : null}
            </Td>
            <Td className="min-w-56 align-top">
              <Facts facts={entry.facts} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Words for an action where we have some; its stable name always. */
function ActionName({ action }: { action: string }) {
  const t = useTranslations("audit.action");
  const key = action.replaceAll(".", "_");
  const known = t.has(key as never);
  return (
    <>
      {known ? <span className="block font-medium">{t(key as never)}</span> : null}
      <code className={known ? "font-mono text-ink-faint text-xs" : "font-mono text-xs"}>{action}</code>
    </>
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
