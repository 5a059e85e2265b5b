"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { queries } from "@/api/queries";
import type { AccountDeletionTerms } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";

/** The end of an account: what goes, what stays, and a proof that its owner asks. */
export function DeleteAccount() {
  const t = useTranslations("settings.deletion");
  const [open, setOpen] = useState(false);
  const me = useQuery(queries.me());
  return (
    <Section title={t("title")} hint={t("hint")} className="mt-5 max-w-2xl">
      <Button variant="danger-quiet" onClick={() => setOpen(true)} disabled={!me.data}>
        {t("button")}
      </Button>
      {open && me.data ? <DeletionDialog email={me.data.user.email} onClose={() => setOpen(false)} /> : null}
    </Section>
  );
}

function DeletionDialog({ email, onClose }: { email: string; onClose: () => void }) {
  const t = useTranslations("settings.deletion");
  const common = useTranslations("common");
  const formId = useId();
  const onError = useProblemToast();
  const [typed, setTyped] = useState("");
  const [password, setPassword] = useState("");
  const terms = useQuery({ ...queries.accountDeletion(), staleTime: 0, gcTime: 0 });
  const remove = useMutation({
    mutationFn: () =>
      unwrap(
        browserApi.DELETE("/api/v1/me", {
          body: { confirmationEmail: typed.trim(), ...(password === "" ? {} : { password }) },
        }),
      ),
    onError,
    // Not the router: nothing of this person may stay in this page's memory.
    onSuccess: () => window.location.assign("/"),
  });
  const needsPassword = terms.data?.proof === "password";
  const proven = needsPassword ? password !== "" : terms.data?.signedInRecently === true;
  const ready = proven && typed.trim().toLowerCase() === email.toLowerCase();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && !remove.isPending && !remove.isSuccess) remove.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(next) => (next ? undefined : onClose())}
      title={t("dialogTitle")}
      description={t("gone")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button
            type="submit"
            form={formId}
            variant="danger"
            disabled={!ready}
            pending={remove.isPending || remove.isSuccess}
          >
            {t("button")}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="flex flex-col gap-4">
        <WhatStays terms={terms.data} />
        <Field label={t("typeEmail", { email })}>
          <Input
            value={typed}
            onChange={(e) => setTyped(e.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        {needsPassword ? (
          <Field label={t("password")}>
            <Input
              type="password"
              value={password}
              onChange={(e) => setPassword(e.target.value)}
              autoComplete="current-password"
              maxLength={1_024}
            />
          </Field>
        ) : null}
        {terms.data && !needsPassword && !terms.data.signedInRecently ? (
          <p role="alert" className="rounded-md bg-warning-soft px-4 py-3 text-sm text-warning">
            {t("signInAgain")}
          </p>
        ) : null}
      </form>
    </Dialog>
  );
}

function WhatStays({ terms }: { terms: AccountDeletionTerms | undefined }) {
  const t = useTranslations("settings.deletion");
  return (
    <div className="flex flex-col gap-3 text-ink-soft text-sm">
      <p>{t("stays")}</p>
      {terms && terms.repositories.length > 0 ? (
        <div>
          <p>{t("repositories")}</p>
          <ul className="mt-1.5 list-disc pl-5">
            {terms.repositories.map((name) => (
              <li key={name} className="break-all font-mono text-ink text-xs">
                {name}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  );
}
