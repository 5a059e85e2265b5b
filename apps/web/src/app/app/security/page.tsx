import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { ApiProblem, unwrap } from "@/api/problem";
import { getServerApi } from "@/api/server";
import { PageHeader } from "@/components/page-header";
import { PlainLink } from "@/components/plain-link";
import { Button } from "@/components/ui/button";
import { CheckList } from "@/features/proof/check-list";
import { CheckpointExport } from "@/features/proof/checkpoint-export";
import { ConsentProofs } from "@/features/proof/consent-proofs";
import { HandshakeList } from "@/features/proof/handshake-list";
import { HeldRows } from "@/features/proof/held-rows";
import { NewestCheckpoint } from "@/features/proof/newest-checkpoint";
import { ProofLinks } from "@/features/proof/proof-links";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("proof"))("title") };
}

export default async function ProofPage() {
  const [t, { common, proof: words, problems }, { proof, links, security }] = await Promise.all([
    getTranslations("proof"),
    getMessages(),
    readProof(),
  ]);
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("mine.description")}
        actions={
          <Button asChild>
            <PlainLink href="/security">{t("mine.everybody")}</PlainLink>
          </Button>
        }
      />
      <NextIntlClientProvider
        messages={{ common, problems, proof: { links: words.links, export: words.export } }}
      >
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
          <ConsentProofs consents={proof.consents} revocations={proof.revocations} />
          <HandshakeList workers={proof.workers} below={(worker) => <CheckpointExport worker={worker} />} />
          <ProofLinks links={links.rows} />
          <NewestCheckpoint checkpoint={proof.checkpoint} />
          <HeldRows rows={proof.rows} />
          <CheckList checks={proof.checks} workerSha256={security.workerRelease.sha256} />
        </div>
      </NextIntlClientProvider>
    </>
  );
}

async function readProof() {
  const api = await getServerApi();
  try {
    const [proof, links, security] = await Promise.all([
      unwrap(api.GET("/api/v1/proof")),
      unwrap(api.GET("/api/v1/proof/links")),
      unwrap(api.GET("/api/v1/security")),
    ]);
    return { proof, links, security };
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) redirect("/sign-in?next=/app/security");
    throw error;
  }
}
