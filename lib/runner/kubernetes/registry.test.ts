import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readImageReference } from "./image-reference.ts";
import { askRegistry, type RegistryAnswer } from "./registry.ts";

const INDEX = {
  manifests: [
    { platform: { os: "linux", architecture: "amd64" } },
    { platform: { os: "linux", architecture: "arm64", variant: "v8" } },
    { platform: { os: "unknown", architecture: "unknown" } },
  ],
};

let server: Server;
let host: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const say = (status: number, body: object, headers: Record<string, string> = {}): void => {
      response.writeHead(status, headers).end(JSON.stringify(body));
    };
    const { url = "", headers } = request;
    const realm = `http://${host}/token`;
    const challenge = { "www-authenticate": `Bearer realm="${realm}",service="s",scope="pull"` };
    if (url.startsWith("/token")) say(200, url.includes("scope=pull") ? { token: "anybody" } : {});
    else if (url.includes("/public/")) {
      if (headers.authorization === "Bearer anybody") say(200, INDEX);
      else say(401, {}, challenge);
    } else if (url.includes("/private/")) say(401, { errors: [{ code: "DENIED" }] }, challenge);
    else if (url.includes("/elsewhere/")) {
      say(401, {}, { "www-authenticate": 'Bearer realm="http://192.0.2.1/token"' });
    } else if (url.includes("/one/")) say(200, { config: {} });
    else if (url.includes("/slow/")) return;
    else if (url.includes("/broken/")) say(500, {});
    else say(404, { errors: [{ code: "MANIFEST_UNKNOWN" }] });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  host = typeof address === "object" && address ? `127.0.0.1:${address.port}` : "";
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(image: string): Promise<RegistryAnswer> {
  const reference = readImageReference(`${host}/${image}`);
  if ("wrong" in reference) throw new Error(reference.wrong);
  return askRegistry(reference, new AbortController().signal);
}

test("a public image is found with the token that everybody gets, and its platforms", async () => {
  expect(await ask("public/a")).toEqual({
    kind: "found",
    platforms: ["linux/amd64", "linux/arm64/v8"],
  });
});

test("an image of one platform is found", async () => {
  expect(await ask("one/a:1")).toEqual({ kind: "found", platforms: [] });
});

test("an image that is not there is missing, in the registry's words", async () => {
  const answer = await ask("nothing/a");
  expect(answer).toMatchObject({ kind: "missing" });
  expect(answer).toMatchObject({ evidence: expect.stringContaining("MANIFEST_UNKNOWN") });
});

test.each([
  ["private/a", "without a login"],
  // A token is never fetched from another host without encryption.
  ["elsewhere/a", "without a login"],
  ["broken/a", "status 500"],
  ["slow/a", "did not answer"],
])("of %s nothing is said: %s", async (image, why) => {
  expect(await ask(image)).toMatchObject({ kind: "unknown", why: expect.stringContaining(why) });
});

test("a registry that is away is said to be", async () => {
  const reference = readImageReference("127.0.0.1:1/a");
  if ("wrong" in reference) throw new Error(reference.wrong);
  expect(await askRegistry(reference, new AbortController().signal)).toMatchObject({
    kind: "unknown",
    why: expect.stringContaining("cannot be reached"),
  });
});
