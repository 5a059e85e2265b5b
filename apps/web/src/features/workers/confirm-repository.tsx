"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Provisioning } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { Button } from "@/components/ui/button";
import { RepositoryLink } from "./repository-link";

/** Nobody but its owner can say whether the repository that proved itself is the right one. */
export function ConfirmRepository({ provisioning }: { provisioning: Provisioning }) {
  const t = useTranslations("provisioning.confirm");
  const client = useQueryClient();
  const onError = useProblemToast();
  const worker = useQuery(queries.worker(provisioning.workerId));
  const { id, repository, workerId } = provisioning;
  const confirm = useMutation({
    mutationFn: (seen: { repositoryId: number; ownerId: number }) =>
      unwrap(browserApi.POST("/api/v1/provisionings/{id}/confirm", { params: { path: { id } }, body: seen })),
    onError,
    onSuccess: (done) => client.setQueryData(queries.provisioning(id).queryKey, done),
  });
  if (!repository || !worker.data) return null;
  const seen = { repositoryId: repository.id, ownerId: repository.ownerId };
  return (
    <div role="status" className="flex flex-col gap-3 border-line border-b bg-accent-soft px-5 py-4 text-sm">
      <p className="font-semibold text-base">{t("title")}</p>
      <p>
        {t.rich(worker.data.kind === "resident" ? "textResident" : "text", {
          repo: () => <RepositoryLink {...repository} />,
          id: String(repository.id),
          owner: String(repository.ownerId),
          author: repository.author ?? "",
        })}
      </p>
      <div className="flex flex-wrap items-center gap-4">
        <Button variant="primary" onClick={() => confirm.mutate(seen)} pending={confirm.isPending}>
          {t("button")}
        </Button>
        <Link href={`/app/workers/${workerId}`} className="text-accent hover:underline">
          {t("no")}
        </Link>
      </div>
    </div>
  );
}
