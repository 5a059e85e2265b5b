/** Polls until the condition holds. @throws when it does not within ten seconds. */
export async function eventually(condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error("the condition did not come true within ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
