"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useRef, useState, useSyncExternalStore } from "react";
import { browserApi } from "@/api/client";
import { ApiProblem, unwrap } from "@/api/problem";
import { useProblemToast } from "@/api/use-problem-toast";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { CreateSteps } from "./create-steps";
import { forgetDraft, keepDraft, readDraft } from "./kept-draft";
import {
  type DraftField,
  findRefusedField,
  listFaults,
  type ProjectDraft,
  toProjectCreate,
} from "./project-draft";
import { ProjectFacts } from "./project-facts";
import { ProjectReview } from "./project-review";
import { SecretDialog } from "./secret-dialog";

/** Only the browser knows what it kept, so the server draws the place of the form alone. */
export function ProjectCreateForm({ accountId }: { accountId: string }) {
  const isBrowser = useSyncExternalStore(
    () => () => undefined,
    () => true,
    () => false,
  );
  return isBrowser ? <Steps accountId={accountId} /> : <Skeleton className="h-96 max-w-2xl" />;
}

/** Facts, then a look at all of them, then the project. Each step is an address, so that the browser's back works. */
function Steps({ accountId }: { accountId: string }) {
  const pathname = usePathname();
  const router = useRouter();
  const client = useQueryClient();
  const onError = useProblemToast();
  const wantsReview = useSearchParams().get("step") === "review";
  const cameFromFacts = useRef(false);
  const [draft, setDraft] = useState(() => readDraft(accountId));
  const [focused, setFocused] = useState<DraftField>();
  const [refused, setRefused] = useState<DraftField>();
  const [created, setCreated] = useState<{ id: string; apiKeyPlain: string }>();

  const openFacts = (field: DraftField | undefined) => {
    setFocused(field);
    if (cameFromFacts.current) window.history.back();
    else window.history.replaceState(null, "", pathname);
    cameFromFacts.current = false;
  };
  const create = useMutation({
    mutationFn: (complete: ProjectDraft) =>
      unwrap(browserApi.POST("/api/v1/projects", { body: toProjectCreate(complete) })),
    onError: (error) => {
      const field = error instanceof ApiProblem ? findRefusedField(error) : undefined;
      setRefused(field);
      if (field) openFacts(field);
      onError(error);
    },
    onSuccess: ({ project, apiKeyPlain }) => {
      forgetDraft();
      void client.invalidateQueries({ queryKey: ["projects"] });
      setCreated({ id: project.id, apiKeyPlain });
    },
  });

  // An address that was opened with nothing, or half of it, written down leads to the facts.
  const isReview = wantsReview && listFaults(draft).length === 0;
  return (
    <Card className="max-w-2xl">
      <CreateSteps current={isReview ? "review" : "facts"} />
      {isReview ? (
        <ProjectReview
          draft={draft}
          pending={create.isPending || create.isSuccess}
          onChange={openFacts}
          onCreate={() => create.mutate(draft)}
        />
      ) : (
        <ProjectFacts
          draft={draft}
          focused={focused}
          refused={refused}
          onChange={(next) => {
            setRefused(undefined);
            setDraft(next);
            keepDraft(accountId, next);
          }}
          onCancel={() => {
            forgetDraft();
            router.push("/app/projects");
          }}
          onDone={() => {
            setFocused(undefined);
            cameFromFacts.current = true;
            window.history.pushState(null, "", `${pathname}?step=review`);
          }}
        />
      )}
      <SecretDialog
        secret={created && { kind: "apiKey", plain: created.apiKeyPlain }}
        onClose={() => created && router.replace(`/app/projects/${created.id}?tab=integration`)}
      />
    </Card>
  );
}
