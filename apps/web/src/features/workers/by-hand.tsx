"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useProblemToast } from "@/api/use-problem-toast";
import { Button } from "@/components/ui/button";
import { Section } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Field, Input, Textarea } from "@/components/ui/field";
import { type Enrolled, enrol, fetchWorkerFiles, recordInstalled } from "./enrolment";
import { readRepositoryFacts, repositoryFactsCommand } from "./repository-facts";

type ByHandProps = { serverUrl: string; workerId?: string };
type Shown = { enrolled: Enrolled; repository: string; files: Record<string, string> };

/** A worker in a repository that exists: which one, then what to put there, then that it is there. */
export function ByHand({ workerId }: ByHandProps) {
  const [shown, setShown] = useState<Shown>();
  return (
    <div className="flex max-w-3xl flex-col gap-5">
      {shown ? <Install {...shown} /> : <Choose workerId={workerId} onShown={setShown} />}
    </div>
  );
}

function Choose({ workerId, onShown }: { workerId?: string; onShown: (shown: Shown) => void }) {
  const t = useTranslations("workerWays.manual");
  const code = useTranslations("workerWays.code");
  const onError = useProblemToast();
  const [repository, setRepository] = useState("");
  const [output, setOutput] = useState("");
  const [isWrong, setWrong] = useState(false);
  const start = useMutation({
    mutationFn: async (facts: NonNullable<ReturnType<typeof readRepositoryFacts>>) => {
      const enrolled = await enrol({ way: "manual", workerId, ...facts });
      const name = facts.repository.fullName;
      const { files } = await fetchWorkerFiles(name, enrolled.cronMinute);
      return { enrolled, repository: name, files };
    },
    onError,
    onSuccess: onShown,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const facts = readRepositoryFacts(output);
    setWrong(facts === undefined);
    if (facts) start.mutate(facts);
  };
  return (
    <Section title={t("factsTitle")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("repository")} hint={t("repositoryHint")}>
          <Input
            value={repository}
            onChange={(event) => setRepository(event.target.value.trim())}
            placeholder="octo-alice/website"
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        {repository === "" ? null : (
          <CodeBlock
            title={t("factsCommand")}
            code={repositoryFactsCommand(repository)}
            copyLabel={code("copy")}
          />
        )}
        <Field label={t("facts")} {...(isWrong ? { error: t("factsWrong") } : {})}>
          <Textarea
            value={output}
            onChange={(event) => setOutput(event.target.value)}
            className="font-mono text-xs"
            rows={3}
            required
            spellCheck={false}
          />
        </Field>
        <Button type="submit" variant="primary" pending={start.isPending} className="self-start">
          {t("go")}
        </Button>
      </form>
    </Section>
  );
}

function Install({ enrolled, repository, files }: Shown) {
  const t = useTranslations("workerWays.manual");
  const code = useTranslations("workerWays.code");
  const router = useRouter();
  const onError = useProblemToast();
  const done = useMutation({
    mutationFn: () => recordInstalled(enrolled.ticket),
    onError,
    onSuccess: () => router.push(`/app/workers/provisionings/${enrolled.provisioningId}`),
  });
  return (
    <>
      <Section title={t("filesTitle")} hint={t("filesHint")}>
        <div className="flex flex-col gap-3">
          {Object.entries(files)
            .filter(([name]) => name !== "README.md")
            .map(([name, text]) => (
              <div key={name} className="max-h-64 overflow-y-auto">
                <CodeBlock title={name} code={text} copyLabel={t("copyFile", { file: name })} />
              </div>
            ))}
        </div>
      </Section>
      <Section title={t("secretsTitle")} hint={t("secretsHint")}>
        <CodeBlock
          title={code("command")}
          code={[
            `gh secret set KEEPSTREAK_CLIENT_ID --repo ${repository} --body ${enrolled.clientId}`,
            `gh secret set HANDSHAKE_SECRET --repo ${repository} --body ${enrolled.handshakeSecret}`,
          ].join("\n")}
          copyLabel={code("copy")}
        />
      </Section>
      <div>
        <Button
          variant="primary"
          className="h-auto min-h-9 whitespace-normal py-1.5 text-left"
          onClick={() => done.mutate()}
          pending={done.isPending}
        >
          {t("done")}
        </Button>
        <p className="mt-2 text-ink-soft text-sm">{t("doneHint")}</p>
      </div>
    </>
  );
}
