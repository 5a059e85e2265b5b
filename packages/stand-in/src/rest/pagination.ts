import type { FastifyReply } from "fastify";

export interface Page {
  readonly number: number;
  readonly size: number;
}

/** https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api: 30 by default, at most 100. */
export function parsePage(query: Readonly<Record<string, string | undefined>>): Page {
  const number = Math.max(1, Math.trunc(Number(query["page"] ?? 1)) || 1);
  const size = Math.min(100, Math.max(1, Math.trunc(Number(query["per_page"] ?? 30)) || 30));
  return { number, size };
}

export function slicePage<T>(items: readonly T[], page: Page): T[] {
  return items.slice((page.number - 1) * page.size, page.number * page.size);
}

/** Sets `Link` with `rel="next"` and `rel="prev"` as far as they exist. */
export function setLink(
  reply: FastifyReply,
  url: string,
  { page, hasNext }: { page: Page; hasNext: boolean },
): void {
  const links: string[] = [];
  const at = (number: number): string => {
    const target = new URL(url);
    target.searchParams.set("page", String(number));
    target.searchParams.set("per_page", String(page.size));
    return target.toString();
  };
  if (page.number > 1) links.push(`<${at(page.number - 1)}>; rel="prev"`);
  if (hasNext) links.push(`<${at(page.number + 1)}>; rel="next"`);
  if (links.length > 0) reply.header("link", links.join(", "));
}
