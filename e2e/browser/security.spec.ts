import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "./test.ts";

test("no page asks anything of another origin, and none can be framed or run foreign scripts", async ({
  page,
  api,
  namespace,
  editor,
}) => {
  await api.saveFlow(`id: shown
namespace: ${namespace}
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: "<img src=https://evil.example/pixel.png> <script>document.title = 'taken'</script>"
`);
  const { id } = await api.executeToEnd(namespace, "shown");
  const paths = [
    "/flows",
    "/flows/new",
    `/flows/${namespace}/shown`,
    "/executions",
    `/executions/${id}`,
    "/connections",
  ];
  for (const path of paths) {
    const answer = await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    const policy = answer?.headers()["content-security-policy"] ?? "";
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    if (path.endsWith("shown") || path.endsWith("new"))
      await expect(editor.line("namespace:")).toBeVisible();
  }
  await page.goto(`/executions/${id}`);
  await expect(page.getByLabel("Lines of the log")).toContainText("<script>document.title");
  await expect(page).not.toHaveTitle("taken");
});

test("another name of this machine, and another site, get nothing and change nothing", async ({
  browser,
  baseURL,
  api,
  namespace,
}) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const port = new URL(baseURL ?? "").port;
  const answer = await page.goto(`http://evil.localhost:${port}/flows`);
  expect(answer?.status()).toBe(403);
  await expect(page.locator("body")).toContainText("PODFLOW_ALLOWED_HOSTS");

  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html").end("<title>another site</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const elsewhere = typeof address === "object" ? `http://127.0.0.1:${address?.port}` : "";
  await page.goto(elsewhere);
  const source = `id: smuggled\nnamespace: ${namespace}\ntasks:\n  - { id: say, type: io.kestra.plugin.core.log.Log, message: x }\n`;
  const refusals = await page.evaluate(
    async ({ base, body }) => {
      const post = fetch(`${base}/api/v1/flows`, { method: "POST", mode: "no-cors", body });
      const read = fetch(`${base}/api/v1/flows/search`).then(
        (got) => got.text(),
        () => "unreadable",
      );
      await post;
      return read;
    },
    { base: baseURL ?? "", body: source },
  );
  expect(refusals).toBe("unreadable");
  await expect(api.execute(namespace, "smuggled")).rejects.toThrow("404");
  await context.close();
  server.close();
});

test("a file of an execution is never opened as a page of Podflow", async ({
  page,
  api,
  namespace,
}) => {
  await api.saveFlow(`id: makes_page
namespace: ${namespace}
tasks:
  - id: make
    type: io.kestra.plugin.scripts.shell.Commands
    outputFiles: [page.html]
    commands: ['echo "<script>alert(1)</script>" > page.html']
`);
  const { id } = await api.executeToEnd(namespace, "makes_page", { connection: "this-machine" });
  await page.goto(`/executions/${id}`);
  const link = page.getByRole("link", { name: "Download page.html" });
  const href = (await link.getAttribute("href")) ?? "";
  const answer = await page.request.get(href);
  expect(answer.headers()).toMatchObject({
    "content-disposition": expect.stringMatching(/^attachment/),
    "x-content-type-options": "nosniff",
    "content-security-policy": expect.stringContaining("sandbox"),
  });
  // Opened by its address it is downloaded all the same, and the page stays.
  const coming = page.waitForEvent("download");
  await page.evaluate((address) => location.assign(address), href);
  expect((await coming).suggestedFilename()).toBe("page.html");
  await expect(page).toHaveURL(`/executions/${id}`);
});
