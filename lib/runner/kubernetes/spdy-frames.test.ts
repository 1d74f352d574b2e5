import { inflateSync } from "node:zlib";
import { constants } from "node:zlib";
import { expect, test } from "vitest";
import { dataHead, openStreamFrame, pingFrame, SpdyReader } from "./spdy-frames.ts";

test("streams are opened by frames whose headers any zlib can read, one after the other", () => {
  const frames = [
    openStreamFrame(1, { streamtype: "error" }, true),
    openStreamFrame(3, { streamtype: "Grüße" }, false),
  ];
  expect(frames.map((frame) => frame.readUInt32BE(8))).toEqual([1, 3]);
  for (const frame of frames) {
    expect(frame.toString("hex", 0, 5)).toBe("8003000100");
    expect(frame.readUIntBE(5, 3)).toBe(frame.length - 8);
  }
  const blocks = Buffer.concat(frames.map((frame) => frame.subarray(18)));
  const text = (value: string): string =>
    Buffer.from(value).length.toString(16).padStart(8, "0") + Buffer.from(value).toString("hex");
  const headers = (value: string): string => `00000001${text("streamtype")}${text(value)}`;
  expect(inflateSync(blocks, { finishFlush: constants.Z_SYNC_FLUSH }).toString("hex")).toBe(
    headers("error") + headers("Grüße"),
  );
});

test("what the server sends is read the same however it is cut", () => {
  const reply = Buffer.from("800300020000000400000003", "hex");
  const reset = Buffer.from("80030003000000080000000500000005", "hex");
  const settings = Buffer.from("800300040000000400000000", "hex");
  const data = Buffer.from("hello");
  const bytes = Buffer.concat([
    reply,
    dataHead(5, data.length, false),
    data,
    settings,
    dataHead(7, 0, true),
    pingFrame(2),
    reset,
    dataHead(5, data.length, true),
    data,
  ]);
  for (let size = 1; size <= bytes.length; size += 1) {
    const told: string[] = [];
    let text = "";
    const reader = new SpdyReader({
      onData: (stream, part) => (text += `${stream}:${String(part)} `),
      onReply: (stream) => told.push(`reply ${stream}`),
      onReset: (stream) => told.push(`reset ${stream}`),
      onPing: (id) => told.push(`ping ${id}`),
    });
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    expect(told).toEqual(["reply 3", "ping 2", "reset 5"]);
    expect(text.replaceAll(/ ?5:/g, "").trim()).toBe("hellohello");
  }
});
