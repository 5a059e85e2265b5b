"use client";

import { CircleCheck, CircleX } from "lucide-react";
import { useTranslations } from "next-intl";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { useProjectMutation } from "../projects/use-project-mutation";
import { SlackAnswer } from "./slack-answer";

/** Sends a message now and shows what Slack said. */
export function SlackTestButton({ projectId }: { projectId: string }) {
  const t = useTranslations("slack");
  const test = useProjectMutation(projectId, () =>
    unwrap(
      browserApi.POST("/api/v1/projects/{id}/slack/test", { params: { path: { id: projectId } }, body: {} }),
    ),
  );
  return (
    <>
      <Button onClick={() => test.mutate(undefined)} pending={test.isPending}>
        {t("test")}
      </Button>
      {test.data?.ok ? (
        <p role="status" className="order-last flex w-full items-center justify-end gap-2 text-ok text-sm">
          <CircleCheck aria-hidden className="size-4 shrink-0" />
          {t("testSent")}
        </p>
      ) : null}
      {test.data?.ok === false ? (
        <p
          role="status"
          className="order-last flex w-full items-center justify-end gap-2 text-danger text-sm"
        >
          <CircleX aria-hidden className="size-4 shrink-0" />
          <span>
            {t("testFailed")}
            {" · "}
            <SlackAnswer code={test.data.answer} />
          </span>
        </p>
      ) : null}
    </>
  );
}
