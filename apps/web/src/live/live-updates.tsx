"use client";

import { hashKey, type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { findStaleKeys } from "./notice-queries";
import { isStreamed } from "./streamed-queries";

export type LiveState = "connecting" | "live" | "polling";

const LiveContext = createContext<LiveState>("connecting");
export const useLiveState = () => useContext(LiveContext);

const COALESCE_MS = 250;
const POLL_MS = 10_000;
const FALLBACK_AFTER_MS = 5_000;

/**
 * One stream of notices per tab. Notices carry no content: they make queries stale, which read again what is on
 * the screen. Without the stream the page polls; while the tab is hidden it does neither.
 */
export function LiveUpdates({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>("connecting");
  useEffect(() => openWhileVisible(client, setState), [client]);
  return <LiveContext value={state}>{children}</LiveContext>;
}

function openWhileVisible(client: QueryClient, onState: (state: LiveState) => void): () => void {
  let close = document.hidden ? undefined : openStream(client, onState);
  const onVisibility = () => {
    close?.();
    close = undefined;
    if (document.hidden) return;
    // What happened while nobody looked was not listened to.
    void client.invalidateQueries();
    close = openStream(client, onState);
  };
  document.addEventListener("visibilitychange", onVisibility);
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    close?.();
  };
}

function openStream(client: QueryClient, onState: (state: LiveState) => void): () => void {
  const source = new EventSource("/api/v1/events");
  const { invalidate, cancel } = coalesce(client);
  let poll: ReturnType<typeof setInterval> | undefined;
  let fallback: ReturnType<typeof setTimeout> | undefined;
  let reopen: ReturnType<typeof setTimeout> | undefined;
  let closeNext: (() => void) | undefined;

  const startPolling = () => {
    onState("polling");
    poll ??= setInterval(() => void client.invalidateQueries(), POLL_MS);
  };
  const stop = () => {
    clearTimeout(fallback);
    clearInterval(poll);
    poll = undefined;
    fallback = undefined;
  };

  source.onopen = () => {
    stop();
    onState("live");
    // The server painted the page before the stream was there, and what changed in between was told to nobody.
    void client.invalidateQueries();
  };
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED) {
      // The browser tries again by itself; short breaks are not worth a word.
      fallback ??= setTimeout(startPolling, FALLBACK_AFTER_MS);
      return;
    }
    // An answer that is no stream ends it for good, so a new one has to be opened.
    startPolling();
    reopen ??= setTimeout(() => {
      stop();
      closeNext = openStream(client, onState);
    }, POLL_MS * 3);
  };
  // The server keeps no history of notices: after a break everything on the screen is read again.
  source.addEventListener("resync", () => void client.invalidateQueries());
  source.addEventListener("notice", (event: MessageEvent<string>) => invalidate(findStaleKeys(event.data)));

  return () => {
    source.close();
    cancel();
    stop();
    clearTimeout(reopen);
    closeNext?.();
  };
}

/** A burst of notices reads each thing once. */
function coalesce(client: QueryClient) {
  const waiting = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const queryKey of waiting.values())
      void client.invalidateQueries({ queryKey, predicate: (query) => !isStreamed(query) });
    waiting.clear();
  };
  return {
    invalidate: (keys: QueryKey[]): void => {
      for (const key of keys) waiting.set(hashKey(key), key);
      timer ??= setTimeout(flush, COALESCE_MS);
    },
    cancel: () => clearTimeout(timer),
  };
}
