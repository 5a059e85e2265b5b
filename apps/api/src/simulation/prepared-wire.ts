import { type messages, type PGlite, protocol } from "@electric-sql/pglite";
import pg from "pg";

const { serialize, Parser } = protocol;

/** How `pg` turns a value into what it sends; its types do not name it. */
const { prepareValue } = (pg as unknown as { utils: { prepareValue: (value: unknown) => string | null } })
  .utils;

export type Query = { text: string; values?: unknown[]; rowMode?: "array"; types?: typeof pg.types };

/**
 * Statements over PostgreSQL's protocol, with values as `pg` sends and reads them. Each text with values is
 * prepared once and takes one message there and back: what makes thousands of seeds affordable.
 */
export class PreparedWire {
  private readonly names = new Map<string, string>();

  constructor(private readonly server: PGlite) {}

  /** @throws DatabaseError with the server's SQLSTATE as `code` */
  run(query: Query): pg.QueryResult {
    return resultOf(
      query.values === undefined ? this.send([serialize.query(query.text)]) : this.sendPrepared(query),
      query,
    );
  }

  /** The server keeps what it has answered until it is asked in its own way: some megabytes for each seed. */
  async forget(): Promise<void> {
    await this.server.execProtocol(serialize.sync());
  }

  private sendPrepared({ text, values = [] }: Query): messages.BackendMessage[] {
    const known = this.names.get(text);
    const name = known ?? `s${this.names.size}`;
    const answers = this.send([
      ...(known === undefined ? [serialize.parse({ name, text })] : []),
      serialize.bind({ statement: name, values: values.map(prepareValue) }),
      serialize.describe({ type: "P", name: "" }),
      serialize.execute({}),
      serialize.sync(),
    ]);
    this.names.set(text, name);
    return answers;
  }

  private send(parts: readonly Uint8Array[]): messages.BackendMessage[] {
    const answers: messages.BackendMessage[] = [];
    const failures: messages.DatabaseError[] = [];
    new Parser().parse(this.server.execProtocolRawSync(Buffer.concat(parts)), (answer) => {
      if (answer.name === "error") failures.push(answer as messages.DatabaseError);
      else answers.push(answer);
    });
    if (failures[0]) throw failures[0];
    return answers;
  }
}

/** Of several commands sent as one, the answer to the last that has rows. */
function resultOf(
  answers: readonly messages.BackendMessage[],
  { rowMode, types = pg.types }: Query,
): pg.QueryResult {
  const fields = answers.find(isRowDescription)?.fields ?? [];
  const parsers = fields.map(({ dataTypeID }) => types.getTypeParser(dataTypeID, "text"));
  const rows = answers.filter(isDataRow).map((row) => {
    const parsed = row.fields.map((value, index) => (value === null ? null : parsers[index]?.(value)));
    if (rowMode === "array") return parsed;
    return Object.fromEntries(fields.map((field, index) => [field.name, parsed[index]]));
  });
  const done = answers.find(isComplete)?.text ?? "";
  return { rows, rowCount: Number(done.split(" ").at(-1)) || 0, fields: [], command: "", oid: 0 };
}

const isRowDescription = (answer: messages.BackendMessage): answer is messages.RowDescriptionMessage =>
  answer.name === "rowDescription";
const isDataRow = (answer: messages.BackendMessage): answer is messages.DataRowMessage =>
  answer.name === "dataRow";
const isComplete = (answer: messages.BackendMessage): answer is messages.CommandCompleteMessage =>
  answer.name === "commandComplete";
