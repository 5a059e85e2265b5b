import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createTranslator } from "next-intl";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { type AppLocale, LOCALES } from "./locales";
import { listMessageArguments } from "./message-arguments";

const messagesFolder = new URL("../../messages/", import.meta.url);
const sourceFolder = fileURLToPath(new URL("..", import.meta.url));

function readMessages(locale: string): Map<string, string> {
  const flat = new Map<string, string>();
  const walk = (node: object, path: string[]) => {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === "string") flat.set([...path, key].join("."), value);
      else walk(value, [...path, key]);
    }
  };
  walk(JSON.parse(readFileSync(new URL(`${locale}.json`, messagesFolder), "utf8")), []);
  return flat;
}

/** Formats with some value for every argument. Throws where the library cannot read the message. */
function formatWithAnything(locale: AppLocale, message: string): string {
  const values = Object.fromEntries(
    listMessageArguments(message).map((name) =>
      name.startsWith("<") ? [name.slice(1, -1), (chunks: string) => chunks] : [name, 2],
    ),
  );
  const onError = (error: Error) => {
    throw error;
  };
  return createTranslator({ locale, messages: { message }, onError }).markup("message", values);
}

const english = readMessages("en");

describe("message files", () => {
  it("are all offered as languages, and nothing else is", () => {
    const files = readdirSync(messagesFolder).map((name) => name.replace(/\.json$/, ""));
    expect([...LOCALES].sort()).toEqual(files.sort());
  });

  for (const locale of LOCALES) {
    const messages = readMessages(locale);

    it(`${locale} has every key of English and no other`, () => {
      expect([...messages.keys()].sort()).toEqual([...english.keys()].sort());
    });

    it(`${locale} takes the same arguments as English in every message`, () => {
      for (const [key, text] of messages) {
        expect([key, listMessageArguments(text)]).toEqual([
          key,
          listMessageArguments(english.get(key) ?? ""),
        ]);
      }
    });

    it(`${locale} has no empty message`, () => {
      expect([...messages].filter(([, text]) => text.trim() === "")).toEqual([]);
    });

    it(`${locale} has no message that does not format`, () => {
      const unformatted = [...messages].filter(([, text]) => formatWithAnything(locale, text).includes("{"));
      expect(unformatted).toEqual([]);
    });
  }
});

describe("listMessageArguments", () => {
  it("finds arguments inside plural branches and tags, and takes no branch for an argument", () => {
    const message = "<b>{name}</b> {count, plural, =0 {none} one {# of {total}} other {#}}";
    expect(listMessageArguments(message)).toEqual(["<b>", "count", "name", "total"]);
  });
});

const SHOWN_ATTRIBUTES = new Set([
  "aria-label",
  "title",
  "alt",
  "label",
  "hint",
  "description",
  "placeholder",
  "text",
]);
// Addresses, file names and identifiers read the same in every language.
const CODE_LIKE = /^[\w./:@-]+$/;

function listLiteralTexts(file: string): string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, "utf8"),
    ts.ScriptTarget.Latest,
    true,
    ts.ScriptKind.TSX,
  );
  const found: string[] = [];
  const add = (node: ts.Node, text: string) => {
    if (!/\p{L}/u.test(text)) return;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${file.slice(sourceFolder.length)}:${line + 1} ${text.trim()}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) add(node, node.text);
    if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteralLike(node.expression)) {
      if (!ts.isJsxAttribute(node.parent)) add(node, node.expression.text);
    }
    if (ts.isJsxAttribute(node) && node.initializer && ts.isStringLiteral(node.initializer)) {
      const { text } = node.initializer;
      if (SHOWN_ATTRIBUTES.has(node.name.getText()) && !CODE_LIKE.test(text)) add(node, text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe("components", () => {
  const files = readdirSync(sourceFolder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".tsx"))
    .map((name) => sourceFolder + name);

  it("defect 16: hold no text of their own: every word comes from the message files", () => {
    expect(files.length).toBeGreaterThan(40);
    expect(files.flatMap(listLiteralTexts)).toEqual([]);
  });
});
