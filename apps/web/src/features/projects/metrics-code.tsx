"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import type { Project } from "@/api/types";
import { Section } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { getNodeMetricsSnippet, getPythonMetricsSnippet, NODE_USE, PYTHON_USE } from "./metrics-snippets";

const LANGUAGES = ["node", "python"] as const;
type Language = (typeof LANGUAGES)[number];

const TITLES = { node: "Node.js (Express)", python: "Python (FastAPI)" } as const;
const FILES = { node: ["seqpulse.mjs", "app.mjs"], python: ["seqpulse.py", "main.py"] } as const;

type MetricsCodeProps = { project: Project; metricsEndpoint: string | null };

/** The endpoint for those who have none yet: a file that needs no package, and the two lines that use it. */
export function MetricsCode({ project, metricsEndpoint }: MetricsCodeProps) {
  const t = useTranslations("integration.code");
  const id = useId();
  const [language, setLanguage] = useState<Language>(project.stack === "python" ? "python" : "node");
  const values = { metricsEndpoint, hmacEnabled: project.hmacEnabled };
  const code = language === "node" ? getNodeMetricsSnippet(values) : getPythonMetricsSnippet(values);
  const [file, application] = FILES[language];
  return (
    <Section title={t("title")} hint={t("hint")}>
      <div role="tablist" aria-label={t("languages")} className="mb-3 flex gap-1">
        {LANGUAGES.map((it, index) => (
          <button
            key={it}
            type="button"
            role="tab"
            id={`${id}-${it}`}
            aria-selected={it === language}
            aria-controls={`${id}-panel`}
            tabIndex={it === language ? 0 : -1}
            onClick={() => setLanguage(it)}
            onKeyDown={(event) => {
              if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
              const next = LANGUAGES[(index + 1) % LANGUAGES.length] ?? it;
              setLanguage(next);
              document.getElementById(`${id}-${next}`)?.focus();
            }}
            className="h-8 rounded-md px-3 font-medium text-ink-soft text-sm hover:bg-hover aria-selected:bg-sunken aria-selected:text-ink"
          >
            {TITLES[it]}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${language}`}
        className="flex flex-col gap-4"
      >
        <div className="[&_pre]:max-h-96 [&_pre]:overflow-y-auto">
          <CodeBlock title={file} code={code} copyLabel={t("copy", { file })} />
        </div>
        <CodeBlock
          title={application}
          code={language === "node" ? NODE_USE : PYTHON_USE}
          copyLabel={t("copy", { file: application })}
        />
      </div>
      <p className="mt-3 max-w-prose text-ink-soft text-sm">
        {t.rich(project.hmacEnabled ? "signed" : "unsigned", {
          code: (chunks) => <code className="font-mono text-xs">{chunks}</code>,
        })}
      </p>
    </Section>
  );
}
