import { CopyButton } from "./copy-button";

type CodeBlockProps = { title: string; code: string; copyLabel: string };

/** Text to paste elsewhere, with its name and a button that copies it. */
export function CodeBlock({ title, code, copyLabel }: CodeBlockProps) {
  return (
    <figure className="overflow-hidden rounded-md border border-line bg-sunken">
      <figcaption className="flex items-center justify-between gap-3 border-line border-b py-1 pr-1 pl-3.5">
        <span className="truncate font-mono text-ink-soft text-xs">{title}</span>
        <CopyButton text={code} label={copyLabel} />
      </figcaption>
      <pre
        tabIndex={0}
        role="group"
        aria-label={title}
        className="overflow-x-auto -outline-offset-2 px-3.5 py-3 font-mono text-ink text-xs leading-5"
      >
        {code}
      </pre>
    </figure>
  );
}
