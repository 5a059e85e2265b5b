import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./problem";

type Options = { onSessionEnded?: () => void; retries?: number };

/** Defaults of every query: refusals are not repeated, lost connections are, twice. */
export function createQueryClient({ onSessionEnded, retries = 2 }: Options = {}): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ApiProblem && error.status === 401) onSessionEnded?.();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 20_000,
        retry: (failures, error) =>
          failures < retries && (!(error instanceof ApiProblem) || error.status === 0 || error.status >= 500),
      },
    },
  });
}
