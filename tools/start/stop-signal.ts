/**
 * Asked to stop: Ctrl-C, SIGTERM, a closed terminal, or the end of the process that started us.
 * A second, later Ctrl-C ends at once; the children's guards then stop them without order.
 */
export function listenForStop(): AbortSignal {
  const controller = new AbortController();
  let firstAt = 0;
  const request = () => {
    // One key press can arrive twice: from the terminal, and forwarded by npm.
    if (controller.signal.aborted && Date.now() - firstAt > 1_000) process.exit(130);
    if (!controller.signal.aborted) firstAt = Date.now();
    controller.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, request);
  process.on("disconnect", () => controller.abort());
  process.channel?.unref();
  return controller.signal;
}
