import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { findMeStrict } from "@/api/server";
import { SystemView } from "@/features/admin/system-view";

const isAdmin = async () => (await findMeStrict())?.user.role === "admin";

export async function generateMetadata(): Promise<Metadata> {
  return (await isAdmin()) ? { title: (await getTranslations("nav"))("admin") } : {};
}

/** To everybody else this page is one that does not exist. */
export default async function AdminPage() {
  if (!(await isAdmin())) notFound();
  return (
    <Prefetch load={(client, queries) => [client.fetchQuery(queries.system())]}>
      <SystemView />
    </Prefetch>
  );
}
