"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { System } from "@/api/types";
import { Section } from "@/components/ui/card";
import { useMeasures } from "./use-measures";

type StoreFactsProps = Pick<System, "database" | "redis">;

/** PostgreSQL, and Redis where there is one: how full they are, and what they promise to keep. */
export function StoreFacts({ database, redis }: StoreFactsProps) {
  const t = useTranslations("admin.stores");
  const { number, bytes, duration } = useMeasures();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-2">
      <Section title={t("database")}>
        <Facts>
          <Fact name={t("version")}>{database.version}</Fact>
          <Fact name={t("size")}>{bytes(database.sizeBytes)}</Fact>
          <Fact name={t("connections")}>
            {t("of", { used: number(database.connections), limit: number(database.maxConnections) })}
          </Fact>
          <Fact name={t("oldestTransaction")}>
            {database.oldestTransactionMs === null ? t("none") : duration(database.oldestTransactionMs)}
          </Fact>
        </Facts>
      </Section>
      {redis?.map((it, index) => (
        // A cluster's servers have no name of their own here, and their order is the cluster's.
        <Section key={index} title={redis.length > 1 ? t("redisNumber", { number: index + 1 }) : t("redis")}>
          <Facts>
            <Fact name={t("version")}>{it.version}</Fact>
            <Fact name={t("uptime")}>{duration(it.uptimeSeconds * 1_000)}</Fact>
            <Fact name={t("memory")}>
              {it.maxMemoryBytes === null
                ? t("unlimited", { used: bytes(it.usedMemoryBytes) })
                : t("of", { used: bytes(it.usedMemoryBytes), limit: bytes(it.maxMemoryBytes) })}
            </Fact>
            <Fact name={t("policy")}>
              <code className="font-mono text-xs">{it.maxMemoryPolicy}</code>
            </Fact>
            <Fact name={t("evicted")}>{number(it.evictedKeys)}</Fact>
            <Fact name={t("connections")}>{number(it.clients)}</Fact>
            <Fact name={t("persistence")}>
              {t(`kept.${it.persistence}`)}
              {it.persistenceWorks ? null : (
                <span className="block text-danger">{t("persistenceFails")}</span>
              )}
            </Fact>
          </Facts>
        </Section>
      ))}
    </div>
  );
}

const Facts = ({ children }: { children: ReactNode }) => (
  <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2.5 text-sm">{children}</dl>
);

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-ink-faint">{name}</dt>
    <dd className="min-w-0 break-words">{children}</dd>
  </>
);
