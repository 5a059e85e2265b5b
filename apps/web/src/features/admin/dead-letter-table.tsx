"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useTranslations } from "next-intl";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { DeadLetter } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { RelativeTime } from "@/components/instant";
import { showToast } from "@/components/toasts";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { Table, Td, Th, Tr } from "@/components/ui/table";
import { useMeasures } from "./use-measures";

/** What no handler could take, and the second chance for it. */
export default function DeadLetterTable({ letters }: { letters: readonly DeadLetter[] }) {
  const t = useTranslations("admin.dead");
  const { number } = useMeasures();
  return (
    <Section title={t("title")} hint={t("hint")} bodyClassName="border-t border-line">
      <Table label={t("title")} stacked>
        <thead>
          <tr>
            <Th>{t("stream")}</Th>
            <Th>{t("key")}</Th>
            <Th>{t("reason")}</Th>
            <Th className="text-right">{t("deliveries")}</Th>
            <Th>{t("deadAt")}</Th>
            <Th>
              <span className="sr-only">{t("replay")}</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {letters.map((letter) => (
            <Tr key={`${letter.stream} ${letter.id}`}>
              <Td>
                <code className="font-mono text-xs">{letter.stream}</code>
              </Td>
              <Td name={t("key")}>
                <code className="font-mono text-ink-soft text-xs" title={letter.key}>
                  {letter.key.slice(-12)}
                </code>
              </Td>
              <Td name={t("reason")} data-whole className="min-w-48 text-ink-soft text-xs">
                {letter.reason}
              </Td>
              <Td name={t("deliveries")} className="num text-right">
                {number(letter.deliveries)}
              </Td>
              <Td name={t("deadAt")} className="whitespace-nowrap text-ink-soft">
                <RelativeTime at={letter.deadAt} />
              </Td>
              <Td className="text-right">
                <Replay letter={letter} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}

function Replay({ letter }: { letter: DeadLetter }) {
  const t = useTranslations("admin.dead");
  const client = useQueryClient();
  const onError = useProblemToast();
  const { stream, id } = letter;
  const replay = useMutation({
    mutationFn: () =>
      unwrap(
        browserApi.POST("/api/v1/admin/dead-letters/{stream}/{id}/replay", {
          params: { path: { stream, id } },
        }),
      ),
    onError,
    onSuccess: () => showToast({ kind: "success", title: t("replayed") }),
    // Also after a failure: somebody else may have been faster.
    onSettled: () => client.invalidateQueries({ queryKey: queries.system().queryKey }),
  });
  return (
    <ConfirmDialog
      trigger={(open) => (
        <Button size="sm" onClick={open}>
          <RotateCcw aria-hidden />
          {t("replay")}
        </Button>
      )}
      title={t("replayTitle")}
      description={t("replayDescription", { stream })}
      confirmLabel={t("replay")}
      danger={false}
      onConfirm={() => replay.mutateAsync()}
    />
  );
}
