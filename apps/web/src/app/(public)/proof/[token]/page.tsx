import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { ApiProblem, unwrap } from "@/api/problem";
import { findMe, getServerApi } from "@/api/server";
import type { SharedProof } from "@/api/types";
import { Instant } from "@/components/instant";
import { CheckList } from "@/features/proof/check-list";
import { ConsentProofs } from "@/features/proof/consent-proofs";
import { HandshakeList } from "@/features/proof/handshake-list";
import { NewestCheckpoint } from "@/features/proof/newest-checkpoint";
import { PublicFrame } from "@/features/proof/public-frame";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("proof");
  return { title: t("shared.title"), robots: { index: false, follow: false }, referrer: "no-referrer" };
}

type SharedProofPageProps = { params: Promise<{ token: string }> };

export default async function SharedProofPage({ params }: SharedProofPageProps) {
  const [{ token }, t, { common }, me] = await Promise.all([
    params,
    getTranslations("proof.shared"),
    getMessages(),
    findMe(),
  ]);
  const proof = await getShared(token);
  return (
    <NextIntlClientProvider messages={{ common }}>
      <PublicFrame title={t("title")} lead={t("lead")} signedIn={me !== undefined}>
        <p className="-mt-4 max-w-2xl text-ink-soft text-sm">
          {t("says")} {t("since")} <Instant at={proof.since} as="date" />. {t("expires")}{" "}
          <Instant at={proof.expiresAt} as="full" />.
        </p>
        <ConsentProofs consents={proof.consents} revocations={proof.revocations} />
        <HandshakeList workers={proof.workers} />
        <NewestCheckpoint checkpoint={proof.checkpoint} />
        <CheckList checks={proof.checks} />
      </PublicFrame>
    </NextIntlClientProvider>
  );
}

/** A link that never was, one that was taken back and one that is over look the same. */
async function getShared(token: string): Promise<SharedProof> {
  const api = await getServerApi();
  try {
    return await unwrap(api.GET("/api/v1/proof/shared/{token}", { params: { path: { token } } }));
  } catch (error) {
    if (error instanceof ApiProblem && (error.status === 404 || error.status === 422)) notFound();
    throw error;
  }
}
