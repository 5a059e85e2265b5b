"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useState } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { Worker } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Instant } from "@/components/instant";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { Field, Input } from "@/components/ui/field";
import { useConsent } from "./use-consent";

/** What a worker goes through between its first run and its end. */
export function WorkerLife({ worker }: { worker: Worker }) {
  const t = useTranslations("worker.life");
  return (
    <Section title={t("title")} bodyClassName="border-t border-line">
      <Rotate worker={worker} />
      {worker.way === "consent" && worker.repository ? <Move worker={worker} /> : null}
      <Remove worker={worker} />
    </Section>
  );
}

function Part({ hint, children }: { hint: ReactNode; children: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-3 border-line border-b px-5 py-4 last:border-b-0">
      <p className="text-ink-soft text-sm">{hint}</p>
      {children}
    </div>
  );
}

function Rotate({ worker }: { worker: Worker }) {
  const t = useTranslations("worker.life");
  const { ask, pending } = useConsent();
  const hint = (
    <>
      {t.rich("expires", { at: () => <Instant at={worker.secretExpiresAt} as="date" /> })}{" "}
      {worker.rotating ? t("rotating") : t("rotateHint")}
    </>
  );
  return (
    <Part hint={hint}>
      {worker.way === "consent" ? (
        <Button
          size="sm"
          onClick={() => ask({ existing: { workerId: worker.id, purpose: "rotate" } })}
          pending={pending}
          disabled={worker.repository === null}
        >
          {t("rotate")}
        </Button>
      ) : (
        <Button asChild size="sm">
          {/* A page with a protection of its own: it has to be loaded as a whole. */}
          <a href={`/app/workers/new/${worker.way}?worker=${worker.id}`}>{t("rotate")}</a>
        </Button>
      )}
    </Part>
  );
}

function Move({ worker }: { worker: Worker }) {
  const t = useTranslations("worker.life");
  const [name, setName] = useState("");
  const { ask, pending } = useConsent();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask({
      existing: { workerId: worker.id, purpose: "move" },
      ...(name === "" ? {} : { repositoryName: name }),
    });
  };
  return (
    <Part hint={t("moveHint")}>
      <form onSubmit={submit} className="flex w-full flex-wrap items-end gap-2">
        <Field label={t("moveName")} className="min-w-40 flex-1">
          <Input
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder="keepstreak-pulse"
            pattern="[A-Za-z0-9._\-]{1,100}"
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        <Button type="submit" size="field" pending={pending}>
          {t("move")}
        </Button>
      </form>
    </Part>
  );
}

function Remove({ worker }: { worker: Worker }) {
  const t = useTranslations("worker.life");
  const client = useQueryClient();
  const onError = useProblemToast();
  const remove = async (confirmation: string) => {
    try {
      const removed = await unwrap(
        browserApi.POST("/api/v1/workers/{id}/removal", {
          params: { path: { id: worker.id } },
          body: { confirmation },
        }),
      );
      client.setQueryData(queries.worker(worker.id).queryKey, removed);
      await client.invalidateQueries({ queryKey: ["workers"] });
    } catch (error) {
      onError(error as Error);
      throw error;
    }
  };
  const typedName = worker.repository?.fullName ?? worker.clientId;
  return (
    <Part hint={t("removeHint")}>
      <ConfirmDialog
        trigger={(open) => (
          <Button size="sm" variant="danger-quiet" onClick={open}>
            {t("remove")}
          </Button>
        )}
        title={t("removeTitle")}
        description={t("removeText")}
        confirmLabel={t("remove")}
        typedName={typedName}
        onConfirm={() => remove(typedName)}
      />
    </Part>
  );
}
