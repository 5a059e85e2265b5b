import type { Metadata } from "next";
import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import { Prefetch } from "@/api/prefetch";
import { getPublicOrigin } from "@/api/public-origin";
import { parseHintChoice } from "@/features/hints/hint-choice";
import { parseProjectTab } from "@/features/projects/project-tabs";
import { ProjectView } from "@/features/projects/project-view";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("project"))("pageTitle") };
}

export default async function ProjectPage({ params, searchParams }: PageProps<"/app/projects/[id]">) {
  const [{ id }, asked, head] = await Promise.all([params, searchParams, headers()]);
  const tab = parseProjectTab(asked.tab);
  return (
    <Prefetch
      load={(client, queries) => [
        client.fetchQuery(queries.project(id)),
        ...(tab === "overview" || tab === "deployments"
          ? [client.fetchInfiniteQuery(queries.deployments({ projectId: id }))]
          : []),
        ...(tab === "diagnostics"
          ? [
              client.fetchInfiniteQuery(queries.hints({ projectId: id, choice: parseHintChoice(asked) })),
              client.fetchQuery(queries.hintCounts(id)),
            ]
          : []),
      ]}
    >
      <ProjectView id={id} tab={tab} origin={getPublicOrigin(head)} />
    </Prefetch>
  );
}
