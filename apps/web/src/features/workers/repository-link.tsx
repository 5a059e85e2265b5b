/** A repository's page at GitHub. */
export function RepositoryLink({ url, fullName }: { url: string; fullName: string }) {
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      className="wrap-anywhere font-medium text-accent underline underline-offset-2"
    >
      {fullName}
    </a>
  );
}
