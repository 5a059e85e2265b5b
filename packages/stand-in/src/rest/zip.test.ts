import { crc32, inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { writeZip } from "./zip.js";

/** Reads an archive from its end, as unpackers do: directory, then the entry that it points at. */
function readZip(archive: Buffer): Record<string, string> {
  const end = archive.lastIndexOf(Buffer.from("504b0506", "hex"));
  const files: Record<string, string> = {};
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    expect(archive.readUInt32BE(at)).toBe(0x504b0102);
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.subarray(at + 46, at + 46 + nameLength).toString();
    const local = archive.readUInt32LE(at + 42);
    expect(archive.readUInt32BE(local)).toBe(0x504b0304);
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const content = inflateRawSync(archive.subarray(start, start + archive.readUInt32LE(at + 20)));
    expect(crc32(content)).toBe(archive.readUInt32LE(at + 16));
    expect(content.length).toBe(archive.readUInt32LE(at + 24));
    files[name] = content.toString();
    at += 46 + nameLength;
  }
  expect(at).toBe(end);
  return files;
}

test("writes an archive whose directory, sizes and checksums fit its files", () => {
  const files = [
    { name: "0_été.txt", content: "été\n".repeat(1000) },
    { name: "1_empty.txt", content: "" },
  ];
  expect(readZip(writeZip(files))).toEqual({ "0_été.txt": "été\n".repeat(1000), "1_empty.txt": "" });
});

test("gives equal bytes for equal logs", () => {
  const files = [{ name: "a.txt", content: "a" }];
  expect(writeZip(files).equals(writeZip(files))).toBe(true);
});
