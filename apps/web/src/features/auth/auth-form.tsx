"use client";

import { CircleAlert, Eye, EyeOff } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { type AuthProvider, signIn, signUp } from "@/api/auth";
import { ApiProblem } from "@/api/problem";
import { useProblemText } from "@/api/use-problem-text";
import { PlainLink } from "@/components/plain-link";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { type CredentialFault, findCredentialFaults, PASSWORD_MIN } from "./credentials";
import { SocialButtons } from "./social-buttons";

type AuthFormProps = {
  mode: "signIn" | "signUp";
  providers: readonly AuthProvider[];
  password: boolean;
  next: string;
  /** A sign-in with a provider came back without success. */
  socialFailed?: boolean;
};

export function AuthForm({ mode, providers, password, next, socialFailed }: AuthFormProps) {
  const t = useTranslations("auth");
  const text = useProblemText();
  const [failure, setFailure] = useState(socialFailed ? t("socialFailed") : undefined);
  const onError = (error: unknown) => {
    const { title, detail } = text(error);
    const requestId = error instanceof ApiProblem && error.status >= 500 ? error.requestId : undefined;
    setFailure([title, detail, requestId].filter(Boolean).join(" · "));
  };
  const other = mode === "signIn" ? "/sign-up" : "/sign-in";
  const otherHref = next === "/app" ? other : `${other}?next=${encodeURIComponent(next)}`;
  return (
    <div className="flex flex-col gap-5">
      <SocialButtons providers={providers} next={next} onError={onError} />
      {providers.length > 0 && password ? (
        <p className="flex items-center gap-3 text-ink-faint text-xs before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
          {t("or")}
        </p>
      ) : null}
      {failure ? (
        <p
          role="alert"
          className="flex items-start gap-2.5 rounded-md bg-danger-soft px-3.5 py-2.5 text-danger text-sm"
        >
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {failure}
        </p>
      ) : null}
      {password ? <PasswordForm mode={mode} next={next} onError={onError} /> : null}
      <p className="text-center text-ink-soft text-sm">
        {t(mode === "signIn" ? "noAccount" : "haveAccount")}{" "}
        <PlainLink href={otherHref} className="font-medium text-ink underline underline-offset-2">
          {t(mode === "signIn" ? "signUp" : "signIn")}
        </PlainLink>
      </p>
    </div>
  );
}

type PasswordFormProps = Pick<AuthFormProps, "mode" | "next"> & { onError: (error: unknown) => void };

function PasswordForm({ mode, next, onError }: PasswordFormProps) {
  const t = useTranslations("auth");
  const locale = useLocale();
  const [values, setValues] = useState({ name: "", email: "", password: "" });
  const [faults, setFaults] = useState<Partial<Record<keyof typeof values, CredentialFault>>>({});
  const [pending, setPending] = useState(false);
  const set = (change: Partial<typeof values>) => setValues((before) => ({ ...before, ...change }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = findCredentialFaults(mode, values);
    setFaults(found);
    if (Object.keys(found).length > 0 || pending) return;
    setPending(true);
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const call = mode === "signUp" ? signUp({ ...values, locale, timeZone }) : signIn(values);
    call.then(
      // A full load: the new session's pages are all rendered anew.
      () => window.location.assign(next),
      (error: unknown) => {
        setPending(false);
        onError(error);
      },
    );
  };
  const error = (field: keyof typeof values) => {
    const fault = faults[field];
    return fault && t(`fault.${fault}`, { min: PASSWORD_MIN });
  };
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      {mode === "signUp" ? (
        <Field label={t("name")} error={error("name")}>
          <Input
            name="name"
            autoComplete="name"
            value={values.name}
            onChange={(e) => set({ name: e.target.value })}
            maxLength={50}
          />
        </Field>
      ) : null}
      <Field label={t("email")} error={error("email")}>
        <Input
          type="email"
          name="email"
          inputMode="email"
          autoComplete={mode === "signUp" ? "email" : "username"}
          value={values.email}
          onChange={(e) => set({ email: e.target.value })}
          maxLength={254}
        />
      </Field>
      <Field
        label={t("password")}
        error={error("password")}
        hint={mode === "signUp" ? t("passwordHint", { min: PASSWORD_MIN }) : undefined}
      >
        <PasswordInput
          value={values.password}
          onChange={(next) => set({ password: next })}
          autoComplete={mode === "signUp" ? "new-password" : "current-password"}
        />
      </Field>
      <Button type="submit" variant="primary" size="lg" className="mt-1" pending={pending}>
        {t(mode === "signUp" ? "createAccount" : "signIn")}
      </Button>
    </form>
  );
}

type PasswordInputProps = { value: string; onChange: (value: string) => void; autoComplete: string };

function PasswordInput({ value, onChange, autoComplete }: PasswordInputProps) {
  const t = useTranslations("auth");
  const [shown, setShown] = useState(false);
  return (
    <span className="relative block">
      <Input
        type={shown ? "text" : "password"}
        name="password"
        autoComplete={autoComplete}
        value={value}
        onChange={(e) => onChange(e.target.value)}
        maxLength={256}
        className="pr-11"
      />
      <span className="absolute top-1 right-1 sm:top-0.5">
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label={t(shown ? "hidePassword" : "showPassword")}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
        </Button>
      </span>
    </span>
  );
}
