import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useCallback } from "react";
import { queries } from "@/api/queries";
import type { Me } from "@/api/types";

/** Shows the page anew in the profile's language and time zone, and what the API says too, which follows them. */
export function useShowProfile(): (me: Me) => void {
  const router = useRouter();
  const client = useQueryClient();
  return useCallback(
    (me) => {
      client.setQueryData(queries.me().queryKey, me);
      void client.invalidateQueries();
      router.refresh();
    },
    [client, router],
  );
}
