"use client";

import { useTranslations } from "next-intl";
import type { System } from "@/api/types";
import { Section } from "@/components/ui/card";
import { Table, Td, Th, Tr } from "@/components/ui/table";
import { useMeasures } from "./use-measures";

/** What is due and nobody has taken yet. */
export function BacklogTable({ backlog }: { backlog: System["backlog"] }) {
  const t = useTranslations("admin.backlog");
  const { number, duration } = useMeasures();
  return (
    <Section title={t("title")} hint={t("hint")} bodyClassName="border-t border-line">
      <Table label={t("title")}>
        <thead>
          <tr>
            <Th>{t("work")}</Th>
            <Th className="text-right">{t("due")}</Th>
            <Th className="text-right">{t("oldest")}</Th>
          </tr>
        </thead>
        <tbody>
          {backlog.map(({ work, due, oldestMs }) => (
            <Tr key={work}>
              <Td>{t(`of.${work}`)}</Td>
              <Td className="num text-right">{number(due)}</Td>
              <Td className="num text-right">{oldestMs === null ? t("none") : duration(oldestMs)}</Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}
