"use client";

import { useTranslations } from "next-intl";
import type { System } from "@/api/types";
import { RelativeTime } from "@/components/instant";
import { Badge } from "@/components/ui/badge";
import { Section } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { Table, Td, Th, Tr } from "@/components/ui/table";
import { useMeasures } from "./use-measures";

type ProcessListProps = Pick<System, "roles" | "processes">;

/** Who does the work: each role that is needed, and every process that was heard of lately. */
export function ProcessList({ roles, processes }: ProcessListProps) {
  const t = useTranslations("admin.processes");
  return (
    <Section title={t("title")} hint={t("hint")} bodyClassName="border-t border-line">
      <ul aria-label={t("roles")} className="flex flex-wrap gap-1.5 px-5 py-4">
        {roles.map((it) => (
          <li key={it.role}>
            <Badge tone={it.processes > 0 ? "ok" : "danger"}>
              {t("role", { role: it.role, count: it.processes })}
            </Badge>
          </li>
        ))}
      </ul>
      <Table label={t("title")} stacked>
        <thead>
          <tr>
            <Th>{t("process")}</Th>
            <Th>{t("heartbeat")}</Th>
            <Th>{t("loops")}</Th>
          </tr>
        </thead>
        <tbody>
          {processes.map((it) => (
            <Tr key={it.process}>
              <Td className="align-top">
                <code className="block font-mono text-xs">{it.process}</code>
                <span className="mt-0.5 block text-ink-faint text-xs">
                  {t.rich("since", { version: it.version, at: () => <RelativeTime at={it.startedAt} /> })}
                </span>
              </Td>
              <Td
                name={t("heartbeat")}
                className={cn("whitespace-nowrap align-top", it.alive ? "text-ink-soft" : "text-danger")}
              >
                {it.alive ? null : <span className="block font-medium">{t("silent")}</span>}
                <RelativeTime at={it.seenAt} />
              </Td>
              <Td name={t("loops")} data-whole className="min-w-64 align-top">
                <Loops loops={it.loops} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}

function Loops({ loops }: { loops: System["processes"][number]["loops"] }) {
  const t = useTranslations("admin.processes");
  const { duration } = useMeasures();
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 text-xs">
      {loops.map(({ name, idleMs, failure }) => (
        <li
          key={name}
          className={cn("whitespace-nowrap", failure === null ? "text-ink-soft" : "text-danger")}
        >
          <code className="font-mono">{name}</code>{" "}
          {failure === null ? t("idle", { since: duration(idleMs) }) : t("failing", { failure })}
        </li>
      ))}
    </ul>
  );
}
