import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv4 } from "node:net";

const TYPES = { A: 1, CNAME: 5, AAAA: 28 } as const;
const NO_SUCH_NAME = 3;

/** One record of an answer; `name` is what the record is about, which a CNAME before it may have led to. */
export type NameRecord = { name: string; type: keyof typeof TYPES; data: string };
type Answers = (name: string, type: "A" | "AAAA") => NameRecord[] | undefined;

/** A name server on loopback that answers what the test tells it to; undefined: there is no such name. */
export async function startNameServer() {
  const state: { answer: Answers; asked: string[] } = { answer: () => undefined, asked: [] };
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const { name, type, question } = readQuestion(query);
    state.asked.push(`${type} ${name}`);
    const records = type === "A" || type === "AAAA" ? state.answer(name, type) : [];
    const head = Buffer.from(query.subarray(0, 12));
    // An answer, recursion available; one question; nothing but answers.
    head.writeUInt16BE(0x8180 | (records === undefined ? NO_SUCH_NAME : 0), 2);
    for (const [at, count] of [1, records?.length ?? 0, 0, 0].entries())
      head.writeUInt16BE(count, 4 + 2 * at);
    socket.send(
      Buffer.concat([head, question, ...(records ?? []).map(writeRecord)]),
      from.port,
      from.address,
    );
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    state,
    /** For PULSEKEEP_DNS_SERVERS. */
    address: `127.0.0.1:${socket.address().port}`,
    close: () => new Promise<void>((resolve) => void socket.close(resolve)),
  };
}

function readQuestion(query: Buffer) {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const code = query.readUInt16BE(at + 1);
  const type = Object.entries(TYPES).find(([, one]) => one === code)?.[0] ?? String(code);
  return { name: labels.join(".").toLowerCase(), type, question: query.subarray(12, at + 5) };
}

/** Valid for no second. */
function writeRecord({ name, type, data }: NameRecord): Buffer {
  const value = type === "CNAME" ? writeName(data) : writeAddress(data);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(TYPES[type], 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(value.length, 8);
  return Buffer.concat([writeName(name), fixed, value]);
}

const writeName = (name: string): Buffer =>
  Buffer.concat([
    ...name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);

function writeAddress(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail = ""] = address.split("::");
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => "0");
  const hex = [...groups(head), ...zeros, ...groups(tail)].map((group) => group.padStart(4, "0"));
  return Buffer.from(hex.join(""), "hex");
}
