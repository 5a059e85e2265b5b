"use client";

import { Link2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { browserApi } from "@/api/client";
import { ApiProblem, unwrap } from "@/api/problem";
import type { CreatedProofLink, ProofLink } from "@/api/types";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Instant } from "@/components/instant";
import { showToast } from "@/components/toasts";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Field, Select } from "@/components/ui/field";

const DAYS = [7, 30, 90] as const;
type Days = (typeof DAYS)[number];

/** Makes links to this proof, shows the address of a new one this once, and takes them back. */
export function ProofLinks({ links }: { links: readonly ProofLink[] }) {
  const t = useTranslations("proof.links");
  const router = useRouter();
  const [days, setDays] = useState<Days>(30);
  const [created, setCreated] = useState<CreatedProofLink>();
  const [pending, setPending] = useState(false);
  const fail = (error: unknown) => {
    const isFull = error instanceof ApiProblem && error.status === 409;
    showToast({ kind: "error", title: t(isFull ? "full" : "failed") });
  };
  const create = () => {
    setPending(true);
    unwrap(browserApi.POST("/api/v1/proof/links", { body: { days } }))
      .then(setCreated)
      .then(() => router.refresh())
      .catch(fail)
      .finally(() => setPending(false));
  };
  const revoke = async (id: string) => {
    try {
      await unwrap(browserApi.DELETE("/api/v1/proof/links/{id}", { params: { path: { id } } }));
      if (created?.id === id) setCreated(undefined);
      router.refresh();
    } catch (error) {
      fail(error);
      throw error;
    }
  };
  return (
    <Section title={t("title")} hint={t("hint")}>
      <div className="flex flex-wrap items-end gap-3">
        <Field label={t("daysLabel")} className="w-36">
          <Select value={days} onChange={(event) => setDays(toDays(event.target.value))}>
            {DAYS.map((count) => (
              <option key={count} value={count}>
                {t("days", { count })}
              </option>
            ))}
          </Select>
        </Field>
        <Button onClick={create} pending={pending}>
          <Link2 aria-hidden />
          {t("create")}
        </Button>
      </div>
      {created ? (
        <div role="status" className="mt-4">
          <CodeBlock title={t("new")} code={created.url} copyLabel={t("copy")} />
          <p className="mt-1.5 text-ink-faint text-xs">{t("newHint")}</p>
        </div>
      ) : null}
      {links.length === 0 ? <p className="mt-4 text-ink-soft text-sm">{t("none")}</p> : null}
      <ul className="mt-4 divide-y divide-line text-sm">
        {links.map((link) => (
          <li key={link.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-2.5">
            <span>
              {t("expires")} <Instant at={link.expiresAt} as="date" />
              <span className="block text-ink-faint text-xs">
                {t("created")} <Instant at={link.createdAt} />
              </span>
            </span>
            <ConfirmDialog
              trigger={(open) => (
                <Button size="sm" onClick={open}>
                  {t("revoke")}
                </Button>
              )}
              title={t("revokeTitle")}
              description={t("revokeText")}
              confirmLabel={t("revoke")}
              onConfirm={() => revoke(link.id)}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

const toDays = (text: string): Days => DAYS.find((days) => String(days) === text) ?? 30;
