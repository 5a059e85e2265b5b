"use client";

import { ExternalLink, ShieldAlert, ShieldCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState, useSyncExternalStore } from "react";
import { useProblemToast } from "@/api/use-problem-toast";
import { Reason } from "@/components/reason";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field, Input } from "@/components/ui/field";
import { ProvisioningProgress } from "../provisioning-progress";
import { useLiveProvisioning } from "../use-live-provisioning";
import { GitHubRefusal, speakToGitHub } from "./browser-github";
import { setUpWithToken } from "./set-up-with-token";

type OwnTokenProps = { githubUrl: string; apiUrl: string; workerId?: string };

const TOKEN_RIGHTS = "administration=write&contents=write&workflows=write&secrets=write&actions=write";

/** A page that speaks with GitHub itself, so that the token pasted into it never leaves the browser. */
export function OwnToken({ githubUrl, apiUrl, workerId }: OwnTokenProps) {
  const [provisioningId, setProvisioningId] = useState<string>();
  const provisioning = useLiveProvisioning(provisioningId);
  const hasWall = useWall();
  return (
    <div className="flex max-w-3xl flex-col gap-5">
      {hasWall ? (
        <TokenForm githubUrl={githubUrl} apiUrl={apiUrl} workerId={workerId} onEnrolled={setProvisioningId} />
      ) : (
        <NoWall />
      )}
      {provisioning.data ? <ProvisioningProgress provisioning={provisioning.data} /> : null}
    </div>
  );
}

type TokenFormProps = OwnTokenProps & { onEnrolled: (provisioningId: string) => void };

function TokenForm({ githubUrl, apiUrl, workerId, onEnrolled }: TokenFormProps) {
  const t = useTranslations("workerWays.token");
  const onError = useProblemToast();
  const tokenField = useRef<HTMLInputElement>(null);
  const [name, setName] = useState("keepstreak-pulse");
  const [pending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const token = tokenField.current?.value.trim() ?? "";
    // Gone from the page before anything is asked: from here on it is in the one closure that speaks to GitHub.
    if (tokenField.current) tokenField.current.value = "";
    setPending(true);
    setRefusal(undefined);
    try {
      await setUpWithToken(speakToGitHub(apiUrl, token), { name, workerId }, onEnrolled);
    } catch (error) {
      if (error instanceof GitHubRefusal) setRefusal(error.code);
      else onError(error as Error);
    } finally {
      setPending(false);
    }
  };
  return (
    <Card className="p-5">
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" autoComplete="off">
        <p className="flex items-start gap-2 text-ok text-sm">
          <ShieldCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
          {t("wall", { api: new URL(apiUrl).host })}
        </p>
        <div>
          <Button asChild size="sm">
            <a
              href={`${githubUrl}/settings/personal-access-tokens/new?name=KeepStreak&expires_in=1&${TOKEN_RIGHTS}`}
              target="_blank"
              rel="noreferrer"
            >
              {t("make")}
              <ExternalLink aria-hidden />
            </a>
          </Button>
        </div>
        <Field label={t("label")} hint={t("hint")}>
          {/* Without a name it is in no form data, and no password manager keeps it. */}
          <Input
            ref={tokenField}
            type="password"
            autoComplete="off"
            data-1p-ignore
            data-lpignore="true"
            spellCheck={false}
            required
          />
        </Field>
        <Field label={t("name")}>
          <Input
            value={name}
            onChange={(event) => setName(event.target.value)}
            pattern="[A-Za-z0-9._\-]{1,100}"
            required
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        {refusal === undefined ? null : (
          <p role="alert" className="text-danger text-sm">
            <Reason code={refusal} />
          </p>
        )}
        <div className="flex flex-wrap items-center gap-4">
          <Button type="submit" variant="primary" pending={pending}>
            {t("start")}
          </Button>
          <p className="min-w-56 flex-1 text-ink-faint text-xs">{t("forgotten")}</p>
        </div>
      </form>
    </Card>
  );
}

function NoWall() {
  const t = useTranslations("workerWays.token");
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-4 rounded-lg bg-warning-soft px-5 py-4 text-warning"
    >
      <ShieldAlert aria-hidden className="size-5" />
      <p className="min-w-56 flex-1 text-sm">{t("noWall")}</p>
      <Button onClick={() => window.location.reload()}>{t("reload")}</Button>
    </div>
  );
}

/**
 * Whether this document came with this page's own policy. One that was opened elsewhere and routed here keeps
 * the policy that it came with.
 */
function useWall(): boolean {
  return useSyncExternalStore(
    () => () => undefined,
    () => {
      const [entry] = performance.getEntriesByType("navigation");
      return entry === undefined || new URL(entry.name).pathname === window.location.pathname;
    },
    () => true,
  );
}
