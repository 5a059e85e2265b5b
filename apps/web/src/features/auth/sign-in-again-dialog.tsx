"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import { type AuthProvider, startSocialSignIn } from "@/api/auth";
import { browserApi } from "@/api/client";
import { unwrap } from "@/api/problem";
import { useProblemToast } from "@/api/use-problem-toast";
import { ProviderIcon } from "@/components/provider-icons";
import { showToast } from "@/components/toasts";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import { PROVIDER_NAMES } from "./provider-names";

/** A fresh sign-in without leaving the page: by the password, or by the provider and back. */
export default function SignInAgainDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("signInAgain");
  const common = useTranslations("common");
  const formId = useId();
  const onError = useProblemToast();
  const [password, setPassword] = useState("");
  const terms = useQuery({
    queryKey: ["me", "sign-in-again"],
    queryFn: ({ signal }) => unwrap(browserApi.GET("/api/v1/me/sign-in-again", { signal })),
    gcTime: 0,
  });
  const confirm = useMutation({
    mutationFn: () => unwrap(browserApi.POST("/api/v1/me/sign-in-again", { body: { password } })),
    onError,
    onSuccess: () => {
      showToast({ kind: "success", title: t("done") });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // What asked for this may be a form around it, in React's tree.
    event.stopPropagation();
    if (password !== "" && !confirm.isPending) confirm.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(next) => (next ? undefined : onClose())}
      title={t("title")}
      description={t("text")}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          {terms.data?.password ? (
            <Button
              type="submit"
              form={formId}
              variant="primary"
              disabled={password === ""}
              pending={confirm.isPending}
            >
              {t("confirm")}
            </Button>
          ) : null}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {terms.isPending ? <Skeleton className="h-16" /> : null}
        {terms.isError ? (
          <Button onClick={() => void terms.refetch()} pending={terms.isFetching}>
            {common("retry")}
          </Button>
        ) : null}
        {terms.data?.password ? (
          <form id={formId} onSubmit={submit}>
            <Field label={t("password")}>
              <Input
                type="password"
                value={password}
                onChange={(e) => setPassword(e.target.value)}
                autoComplete="current-password"
                maxLength={1_024}
              />
            </Field>
          </form>
        ) : null}
        {terms.data && terms.data.providers.length > 0 ? (
          <Providers
            hint={t(terms.data.password ? "orProvider" : "provider")}
            providers={terms.data.providers}
          />
        ) : null}
      </div>
    </Dialog>
  );
}

function Providers({ hint, providers }: { hint: string; providers: readonly AuthProvider[] }) {
  const t = useTranslations("signInAgain");
  const onError = useProblemToast();
  const open = useMutation({
    mutationFn: (provider: AuthProvider) =>
      startSocialSignIn(provider, window.location.pathname + window.location.search),
    onError,
    onSuccess: (url) => window.location.assign(url),
  });
  return (
    <div className="flex flex-col gap-2">
      <p className="text-ink-soft text-sm">{hint}</p>
      {providers.map((provider) => (
        <Button
          key={provider}
          onClick={() => open.mutate(provider)}
          pending={open.isPending || open.isSuccess}
        >
          <ProviderIcon provider={provider} />
          {t("continueWith", { provider: PROVIDER_NAMES[provider] })}
        </Button>
      ))}
    </div>
  );
}
