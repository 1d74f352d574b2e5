import { expect, test } from "vitest";
import { readForm, type FormReader } from "./form.ts";

interface Taken {
  fields: [string, string][];
  files: { name: string; fileName: string | null; bytes: Buffer | string }[];
  reader: FormReader;
}

function taker(): Taken {
  const taken: Omit<Taken, "reader"> = { fields: [], files: [] };
  return {
    ...taken,
    reader: {
      field: (name, value) => void taken.fields.push([name, value]),
      file: async (name, fileName, body) => {
        try {
          const bytes = Buffer.concat(await body.toArray());
          taken.files.push({ name, fileName, bytes });
        } catch (error) {
          taken.files.push({ name, fileName, bytes: `cut: ${String(error)}` });
        }
      },
    },
  };
}

const url = "http://localhost/";

test("fields and files of a form arrive as they were sent", async () => {
  const form = new FormData();
  form.append("name", "Grüße");
  form.append("several", "1");
  form.append("several", "2");
  form.append("data", new File([new Uint8Array([0, 255, 10, 13])], "日本.bin"));
  const taken = taker();
  await readForm(new Request(url, { method: "POST", body: form }), taken.reader);
  expect(taken.fields).toEqual([
    ["name", "Grüße"],
    ["several", "1"],
    ["several", "2"],
  ]);
  expect(taken.files).toEqual([
    { name: "data", fileName: "日本.bin", bytes: Buffer.from([0, 255, 10, 13]) },
  ]);
});

test("a URL-encoded form is read, and a request without a body is an empty form", async () => {
  const taken = taker();
  const body = new URLSearchParams({ a: "1 2" });
  await readForm(new Request(url, { method: "POST", body }), taken.reader);
  await readForm(new Request(url, { method: "POST" }), taken.reader);
  const nothing = new Blob([]).stream();
  const init = { method: "POST", body: nothing, duplex: "half" } as RequestInit;
  await readForm(new Request(url, init), taken.reader);
  expect(taken.fields).toEqual([["a", "1 2"]]);
});

test("a form that breaks off in a file is refused after the file's reader has heard of it", async () => {
  const text =
    '--b\r\nContent-Disposition: form-data; name="data"; filename="x"\r\n\r\nonly the begin';
  const taken = taker();
  const request = new Request(url, {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=b" },
    body: text,
  });
  await expect(readForm(request, taken.reader)).rejects.toThrow(/Nothing was kept/);
  expect(taken.files).toEqual([
    { name: "data", fileName: "x", bytes: expect.stringMatching(/^cut/) },
  ]);
});

const malformed: [string, string, string, RegExp][] = [
  ["a body without a type", "", "x", /a body without a type/],
  ["JSON", "application/json", "{}", /must be sent as multipart/],
  ["a form without boundary", "multipart/form-data", "x", /could not be read/],
  [
    "a field of more than 1 MiB",
    "application/x-www-form-urlencoded",
    `big=${"x".repeat(1024 * 1024 + 1)}`,
    /input "big" has more than 1 MiB/,
  ],
];
test.each(malformed)("%s is refused", async (_, type, body, message) => {
  const request = new Request(url, { method: "POST", headers: { "content-type": type }, body });
  if (type === "") request.headers.delete("content-type");
  await expect(readForm(request, taker().reader)).rejects.toThrow(message);
});

test("what a file's reader refuses is what the caller hears", async () => {
  const form = new FormData();
  form.append("data", new File(["x".repeat(500_000)], "big.bin"));
  const reader: FormReader = {
    field: () => undefined,
    file: async (_, __, body) => {
      body.destroy();
      throw new Error("the disk is full");
    },
  };
  const reading = readForm(new Request(url, { method: "POST", body: form }), reader);
  await expect(reading).rejects.toThrow(/the disk is full/);
});
