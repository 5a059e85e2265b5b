import type { Metadata } from "next";
import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import { getPublicOrigin } from "@/api/public-origin";
import { NewWorkerHeader } from "@/features/workers/new-worker-header";
import { OneTimeCode } from "@/features/workers/one-time-code";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("workerWays.machine"))("title") };
}

export default async function Page({ searchParams }: PageProps<"/app/workers/new/machine">) {
  const [search, head] = await Promise.all([searchParams, headers()]);
  const worker = search["worker"];
  return (
    <>
      <NewWorkerHeader way="machine" />
      <OneTimeCode
        serverUrl={getPublicOrigin(head)}
        {...(typeof worker === "string" ? { workerId: worker } : {})}
      />
    </>
  );
}
