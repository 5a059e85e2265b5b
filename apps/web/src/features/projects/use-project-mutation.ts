"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { queries } from "@/api/queries";
import type { Project } from "@/api/types";
import { useProblemToast } from "@/api/use-problem-toast";

/** A change of one project; its answer, when it is the project, goes straight to the screen. */
export function useProjectMutation<Input, Output>(
  projectId: string,
  mutationFn: (input: Input) => Promise<Output>,
  onDone?: (output: Output) => void,
) {
  const client = useQueryClient();
  const onError = useProblemToast();
  return useMutation({
    mutationFn,
    onError,
    onSuccess: (output) => {
      if (isProject(output)) client.setQueryData(queries.project(projectId).queryKey, output);
      void client.invalidateQueries({ queryKey: ["projects"] });
      onDone?.(output);
    },
  });
}

function isProject(value: unknown): value is Project {
  return typeof value === "object" && value !== null && "endpoint" in value && "observation" in value;
}
