import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { ByteRange, OpenedFile } from "#lib/executions/read-files.ts";
import { fileResponse } from "./download.ts";

const bytes = Buffer.from("0123456789");
const opened: (ByteRange | undefined)[] = [];
const file: OpenedFile = {
  uri: "kestra:///a/b/out.txt",
  name: "out/<b>.html",
  size: bytes.length,
  sha256: "abc",
  open: (range) => {
    opened.push(range);
    return Readable.from([bytes.subarray(range?.first ?? 0, (range?.last ?? 9) + 1)]);
  },
};
const ask = (headers: Record<string, string> = {}): Response =>
  fileResponse(new Request("http://localhost/", { headers }), file);

test("a whole file comes as an attachment with its length", async () => {
  const answer = ask();
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-length")).toBe("10");
  expect(answer.headers.get("content-type")).toBe("application/octet-stream");
  expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="<b>.html"/);
  expect(await answer.text()).toBe("0123456789");
});

test("a download that was cut off goes on where it stopped", async () => {
  const answer = ask({ range: "bytes=4-", "if-range": '"abc"' });
  expect(answer.status).toBe(206);
  expect(answer.headers.get("content-range")).toBe("bytes 4-9/10");
  expect(await answer.text()).toBe("456789");
});

test("a part of a file that has changed since is not given: the whole is", async () => {
  const answer = ask({ range: "bytes=4-", "if-range": '"older"' });
  expect(answer.status).toBe(200);
});

test("a part behind the end is refused with the file's size", () => {
  const answer = ask({ range: "bytes=10-" });
  expect(answer.status).toBe(416);
  expect(answer.headers.get("content-range")).toBe("bytes */10");
});

test("nothing is opened for a reader who leaves before the first byte", async () => {
  opened.length = 0;
  await ask().body?.cancel();
  expect(opened).toEqual([]);
});
