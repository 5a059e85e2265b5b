"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, ThumbsDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { type Review, verdictQueries } from "@/api/verdict-queries";
import type { DeploymentDetail } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { Instant } from "@/components/instant";
import { Badge, type Tone } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";

type Judgement = NonNullable<Review["feedback"]>["judgement"];
type FollowUp = Review["followUps"][number];

/** What surrounds a verdict that is final: what people say of it, later looks, and whether anything follows from it. */
export function VerdictReview({ deployment }: { deployment: DeploymentDetail }) {
  const t = useTranslations("review");
  const isFinal = deployment.verdict?.final === true;
  const review = useQuery({ ...verdictQueries.review(deployment.id), enabled: isFinal });
  if (!isFinal || !review.data) return null;
  const { takesFeedback, followUps, dryRun } = review.data;
  if (!takesFeedback && followUps.length === 0 && !dryRun) return null;
  return (
    <Section title={t("title")}>
      <div className="flex flex-col gap-5">
        {dryRun ? <p className="text-ink-soft text-sm">{t("dryRun")}</p> : null}
        {takesFeedback ? <Feedback id={deployment.id} review={review.data} /> : null}
        {followUps.length > 0 ? (
          <ul aria-label={t("followUps")} className="flex flex-col gap-3">
            {followUps.map((one) => (
              <FollowUpRow key={one.look} followUp={one} />
            ))}
          </ul>
        ) : null}
      </div>
    </Section>
  );
}

function Feedback({ id, review }: { id: string; review: Review }) {
  const t = useTranslations("review");
  const client = useQueryClient();
  const onError = useProblemToast();
  const said = review.feedback?.judgement;
  const say = useMutation({
    mutationFn: (judgement: Judgement) => {
      const params = { path: { id } };
      const route = "/api/v1/deployments/{id}/feedback" as const;
      return unwrap(
        judgement === said
          ? browserApi.DELETE(route, { params })
          : browserApi.PUT(route, { params, body: { judgement, note: "" } }),
      );
    },
    onError,
    onSuccess: (answer) => {
      client.setQueryData(verdictQueries.review(id).queryKey, answer);
      void client.invalidateQueries({ queryKey: ["verdict-quality"] });
    },
  });
  const button = (judgement: Judgement, Icon: typeof Check) => (
    <Button
      type="button"
      variant="secondary"
      size="sm"
      aria-pressed={said === judgement}
      pending={say.isPending && say.variables === judgement}
      onClick={() => say.mutate(judgement)}
      className={said === judgement ? "border-accent text-accent" : undefined}
    >
      <Icon aria-hidden className="size-4" />
      {t(`say.${judgement}`)}
    </Button>
  );
  return (
    <div>
      <p className="text-sm">{t("question")}</p>
      <div className="mt-2 flex flex-wrap gap-2">
        {button("confirmed", Check)}
        {button("false_alarm", ThumbsDown)}
      </div>
      {review.feedback ? (
        <p className="mt-2 text-ink-faint text-xs">
          {t(`said.${review.feedback.judgement}`)} · <Instant at={review.feedback.givenAt} as="dateTime" />
        </p>
      ) : null}
    </div>
  );
}

const tones: Record<FollowUp["state"], Tone> = {
  pending: "neutral",
  steady: "ok",
  warning: "warning",
  inconclusive: "unsure",
  skipped: "neutral",
};

function FollowUpRow({ followUp: { look, state, dueAt, lookedAt, found } }: { followUp: FollowUp }) {
  const t = useTranslations("review");
  return (
    <li className="flex flex-col gap-1.5 text-sm">
      <span className="flex flex-wrap items-center justify-between gap-2">
        <span>
          {t(`look.${look}`)}{" "}
          <span className="text-ink-faint text-xs">
            <Instant at={lookedAt ?? dueAt} as="dateTime" />
          </span>
        </span>
        <Badge tone={tones[state]}>{t(`state.${state}`)}</Badge>
      </span>
      {state === "warning" && found ? (
        <ul className="flex flex-col gap-1 text-ink-soft">
          {found.reasons.map(({ message }) => (
            <li key={message.text}>{message.text}</li>
          ))}
        </ul>
      ) : null}
    </li>
  );
}
