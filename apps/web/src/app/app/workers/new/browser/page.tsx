import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { getGitHubAddresses } from "@/api/github-addresses";
import { NewWorkerHeader } from "@/features/workers/new-worker-header";
import { OwnToken } from "@/features/workers/own-token/own-token";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("workerWays.browser"))("title") };
}

export default async function Page({ searchParams }: PageProps<"/app/workers/new/browser">) {
  const { worker } = await searchParams;
  return (
    <>
      <NewWorkerHeader way="browser" />
      <OwnToken {...getGitHubAddresses()} {...(typeof worker === "string" ? { workerId: worker } : {})} />
    </>
  );
}
