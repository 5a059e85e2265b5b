"use client";

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useLocale } from "next-intl";
import { useEffect } from "react";
import { queries } from "@/api/queries";
import type { DeploymentDetail, DeploymentWait, Sample } from "@/api/types";
import { markStreamed } from "@/live/streamed-queries";

/** Whether anything of it still moves. */
const isLive = ({ state, verdict }: DeploymentDetail): boolean =>
  state === "running" || state === "observing" || verdict?.final === false;

/**
 * Adds each new sample and verdict to what the page has read, while the deployment is watched and the tab is seen.
 * Begins once the samples are there, so that it knows which ones are new.
 */
export function useDeploymentStream(deployment: DeploymentDetail | undefined, hasSamples: boolean): void {
  const client = useQueryClient();
  const id = deployment !== undefined && hasSamples && isLive(deployment) ? deployment.id : undefined;
  // A verdict's sentences come in the language that the stream was opened in.
  const locale = useLocale();
  useEffect(
    () => (id === undefined ? undefined : followWhileVisible(client, { id, locale })),
    [client, id, locale],
  );
}

type Followed = { id: string; locale: string };

function followWhileVisible(client: QueryClient, followed: Followed): () => void {
  let close = document.hidden ? undefined : follow(client, followed);
  const onVisibility = () => {
    close?.();
    close = document.hidden ? undefined : follow(client, followed);
  };
  document.addEventListener("visibilitychange", onVisibility);
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    close?.();
  };
}

function follow(client: QueryClient, { id, locale }: Followed): () => void {
  const [deploymentKey, samplesKey] = [queries.deployment(id).queryKey, queries.samples(id).queryKey];
  const known = client.getQueryData(samplesKey)?.samples.at(-1)?.at;
  const query = new URLSearchParams({ locale, ...(known === undefined ? {} : { after: known }) });
  const source = new EventSource(`/api/v1/deployments/${id}/events?${query}`);
  let release: (() => void) | undefined;
  source.onopen = () => {
    release ??= markStreamed([deploymentKey, samplesKey]);
  };
  // While it is broken the notices do its work. A browser that connects again names the last sample it has.
  source.onerror = () => {
    release?.();
    release = undefined;
  };
  source.addEventListener("sample", ({ data }: MessageEvent<string>) => {
    const sample = JSON.parse(data) as Sample;
    client.setQueryData(samplesKey, (kept) => kept && { samples: withSample(kept.samples, sample) });
    // What is being read just now may have been read before this sample was there.
    if (client.isFetching({ queryKey: samplesKey }) > 0)
      void client.invalidateQueries({ queryKey: samplesKey });
  });
  source.addEventListener("deployment", ({ data }: MessageEvent<string>) => {
    client.setQueryData(deploymentKey, (JSON.parse(data) as DeploymentWait).deployment);
  });
  source.addEventListener("end", () => {
    close();
    // Samples that came late, in between others, were not told.
    void client.invalidateQueries({ queryKey: samplesKey });
  });
  const close = () => {
    source.close();
    release?.();
  };
  return close;
}

const withSample = (samples: readonly Sample[], sample: Sample): Sample[] =>
  samples.some(({ at }) => at >= sample.at) ? [...samples] : [...samples, sample];
