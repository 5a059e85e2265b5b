"use client";

import { useTranslations } from "next-intl";
import type { System } from "@/api/types";
import { Table, Td, Th, Tr } from "@/components/ui/table";
import { cn } from "@/components/ui/cn";
import { useMeasures } from "./use-measures";

export function StreamTable({ streams }: { streams: System["streams"] }) {
  const t = useTranslations("admin.streams");
  const { number, duration } = useMeasures();
  return (
    <Table label={t("title")} stacked>
      <thead>
        <tr>
          <Th>{t("stream")}</Th>
          <Th className="text-right">{t("length")}</Th>
          <Th className="text-right">{t("pending")}</Th>
          <Th className="text-right">{t("delayed")}</Th>
          <Th className="text-right">{t("oldest")}</Th>
          <Th className="text-right">{t("dead")}</Th>
          <Th>{t("consumers")}</Th>
        </tr>
      </thead>
      <tbody>
        {streams.map((it) => (
          <Tr key={it.stream}>
            <Td>
              <code className="font-mono text-xs">{it.stream}</code>
            </Td>
            <Td name={t("length")} className="num text-right">
              {number(it.length)}
            </Td>
            <Td name={t("pending")} className="num text-right">
              {number(it.pending)}
            </Td>
            <Td name={t("delayed")} className="num text-right">
              {number(it.delayed)}
            </Td>
            <Td name={t("oldest")} className="num whitespace-nowrap text-right">
              {it.oldestAgeMs === null ? t("none") : duration(it.oldestAgeMs)}
            </Td>
            <Td
              name={t("dead")}
              className={cn("num text-right", it.deadLetters > 0 && "font-medium text-danger")}
            >
              {number(it.deadLetters)}
            </Td>
            <Td name={t("consumers")} className="text-ink-soft text-xs">
              {it.consumers.length === 0
                ? t("noConsumers")
                : it.consumers.map(({ name, pending }) => (
                    <span key={name} className="block whitespace-nowrap">
                      {t("consumer", { name, pending })}
                    </span>
                  ))}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
