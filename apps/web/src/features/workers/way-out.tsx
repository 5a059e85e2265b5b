"use client";

import { ExternalLink } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { type FormEvent, useState } from "react";
import type { Provisioning } from "@/api/types";
import { Instant } from "@/components/instant";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { CreateWorkerButton } from "./create-worker-button";
import { findWayOut } from "./find-way-out";
import { RepositoryLink } from "./repository-link";
import { useConsent } from "./use-consent";

const NAME = "(?!\\.{1,2}$)(?!.*\\.git$)[A-Za-z0-9._\\-]{1,100}";

/** After a failure: what exists at GitHub, what helps, and how to go on. */
export function WayOut({ provisioning }: { provisioning: Provisioning }) {
  const t = useTranslations("provisioning");
  const step = provisioning.steps.find(({ state, name }) => state === "failed" && name !== "revoke");
  const way = step ? findWayOut({ ...provisioning, step }) : {};
  return (
    <div className="flex flex-col gap-4 border-line border-b px-5 py-4 text-sm">
      <Existing provisioning={provisioning} />
      {way.retryAt ? (
        <p>
          {t.rich("wayOut.after", { at: () => <Instant at={way.retryAt ?? ""} as="time" className="num" /> })}
        </p>
      ) : null}
      {way.rename ? <OtherName provisioning={provisioning} /> : null}
      <div className="flex flex-wrap items-center gap-3">
        <Again provisioning={provisioning} quiet={way.rename === true} />
        {way.open ? (
          <Button asChild>
            <a href={way.open.url} target="_blank" rel="noreferrer">
              {t(`wayOut.open.${way.open.place}`)}
              <ExternalLink aria-hidden />
            </a>
          </Button>
        ) : null}
        {way.otherWays ? (
          <Button asChild>
            <Link href="/app/workers/new">{t("wayOut.ways")}</Link>
          </Button>
        ) : null}
      </div>
    </div>
  );
}

function Existing({ provisioning: { repository, steps } }: { provisioning: Provisioning }) {
  const t = useTranslations("provisioning");
  const isThere = repository && steps.some(({ name, state }) => name === "repository" && state === "done");
  if (!isThere) return <p className="text-ink-soft">{t("onGitHubNothing")}</p>;
  return (
    <p className="text-ink-soft">{t.rich("onGitHub", { repo: () => <RepositoryLink {...repository} /> })}</p>
  );
}

function Again({
  provisioning: { id, way, workerId },
  quiet,
}: {
  provisioning: Provisioning;
  quiet: boolean;
}) {
  const t = useTranslations("provisioning");
  const variant = quiet ? "secondary" : "primary";
  if (way === "consent")
    return <CreateWorkerButton purpose={{ retryOf: id }} label={t("retry")} variant={variant} />;
  return (
    <Button asChild variant={variant}>
      <a href={`/app/workers/new/${way}?worker=${workerId}`}>{t("retry")}</a>
    </Button>
  );
}

function OtherName({ provisioning }: { provisioning: Provisioning }) {
  const t = useTranslations("provisioning.wayOut");
  const [name, setName] = useState("");
  const { ask, pending } = useConsent();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask({ retryOf: provisioning.id, repositoryName: name });
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <Field label={t("name")} hint={t("nameHint")} className="min-w-56 flex-1">
        <Input
          value={name}
          onChange={(event) => setName(event.target.value)}
          pattern={NAME}
          required
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      <Button type="submit" variant="primary" size="field" pending={pending} className="sm:mb-5.5">
        {t("useName")}
      </Button>
    </form>
  );
}
