/** The text of one case, and the line of the file that it begins in. */
export interface CaseText {
  line: number;
  text: string;
}

/** What is longer is no case; the rest of it is dropped as it arrives. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

interface Splitter {
  take(chunk: string): Iterable<CaseText>;
  end(): Iterable<CaseText>;
}

/**
 * The cases of a file as it arrives, in its order: one per line (a blank line is none), or the elements of one JSON
 * list. One case is held at a time; one that is too long comes cut, as a text that no parser takes.
 *
 * @param chunks the file's characters, in pieces of any length
 * @param maxCharacters of one case
 */
export async function* splitCases(
  chunks: AsyncIterable<string> | Iterable<string>,
  maxCharacters = MAX_CHARACTERS,
): AsyncGenerator<CaseText> {
  let head = "";
  let splitter: Splitter | undefined;
  for await (const chunk of chunks) {
    if (splitter) {
      yield* splitter.take(chunk);
      continue;
    }
    head += chunk;
    // Two characters that are not blank say whether it is a list.
    if (head.trim().length < 2 && head.length < maxCharacters) continue;
    splitter = splitterOf(head, maxCharacters);
    yield* splitter.take(withoutMark(head));
  }
  if (!splitter) {
    splitter = splitterOf(head, maxCharacters);
    yield* splitter.take(withoutMark(head));
  }
  yield* splitter.end();
}

const withoutMark = (text: string): string => text.replace(/^\uFEFF/, "");

function splitterOf(head: string, maxCharacters: number): Splitter {
  const isList = /^\s*\[\s*[{\]]/.test(withoutMark(head));
  return isList ? new ListSplitter(maxCharacters) : new LineSplitter(maxCharacters);
}

class LineSplitter implements Splitter {
  private text = "";
  private line = 1;

  constructor(private readonly maxCharacters: number) {}

  *take(chunk: string): Iterable<CaseText> {
    const [first = "", ...others] = chunk.split("\n");
    this.add(first);
    for (const piece of others) {
      yield* this.end();
      this.line += 1;
      this.text = "";
      this.add(piece);
    }
  }

  *end(): Iterable<CaseText> {
    const text = this.text.trim();
    if (text !== "") yield { line: this.line, text };
  }

  private add(piece: string): void {
    if (this.text.length <= this.maxCharacters) this.text += piece.slice(0, this.maxCharacters + 1);
  }
}

/** Cuts at the commas of the outermost list: brackets are counted, except in strings. */
class ListSplitter implements Splitter {
  private text = "";
  private line = 1;
  private beganIn = 1;
  private depth = 0;
  private inString = false;
  private escaped = false;

  constructor(private readonly maxCharacters: number) {}

  *take(chunk: string): Iterable<CaseText> {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const char = chunk.charAt(at);
      if (char === "\n") this.line += 1;
      const isCut = this.step(char);
      if (isCut) {
        this.add(chunk.slice(from, at));
        yield* this.end();
        from = at + 1;
        [this.text, this.beganIn] = ["", this.line];
      }
    }
    this.add(chunk.slice(from));
  }

  *end(): Iterable<CaseText> {
    const text = this.text.trim();
    if (text !== "") yield { line: this.beganIn + linesBefore(this.text), text };
  }

  /** True where an element ends: at the list's own brackets and commas. */
  private step(char: string): boolean {
    if (this.inString) {
      const isEscaped = this.escaped;
      this.escaped = char === "\\" && !isEscaped;
      if (char === '"' && !isEscaped) this.inString = false;
      return false;
    }
    if (char === '"') this.inString = true;
    if (char === "[" || char === "{") {
      this.depth += 1;
      return this.depth === 1;
    }
    if (char === "]" || char === "}") {
      this.depth -= 1;
      return this.depth === 0;
    }
    return char === "," && this.depth === 1;
  }

  private add(piece: string): void {
    if (this.text.length <= this.maxCharacters) this.text += piece.slice(0, this.maxCharacters + 1);
  }
}

const linesBefore = (text: string): number => (/^\s*/.exec(text)?.[0].split("\n").length ?? 1) - 1;
