/**
 * Names that an ICU message takes: its arguments (also those inside plural branches) and its tags, sorted.
 * Enough of the grammar for comparing languages; the library parses the messages themselves.
 */
export function listMessageArguments(message: string): string[] {
  const found = new Set<string>();
  collect(message, found);
  for (const [, tag] of message.matchAll(/<(\w+)>/g)) found.add(`<${tag}>`);
  return [...found].sort();
}

function collect(text: string, found: Set<string>): void {
  for (const block of listBlocks(text)) {
    const [, name, branches] = /^\s*(\w+)\s*(?:,\s*\w+\s*(?:,([\s\S]*))?)?$/.exec(block) ?? [];
    if (name === undefined) throw new Error(`not an argument: {${block}}`);
    found.add(name);
    if (branches) for (const branch of listBlocks(branches)) collect(branch, found);
  }
}

/** Contents of the outermost braces. */
function listBlocks(text: string): string[] {
  const blocks: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    if (brace === "{" && depth++ === 0) start = index + 1;
    if (brace === "}" && --depth === 0) blocks.push(text.slice(start, index));
    if (depth < 0) break;
  }
  if (depth !== 0) throw new Error(`unbalanced braces: ${text}`);
  return blocks;
}
