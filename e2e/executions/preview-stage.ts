import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase } from "#e2e/database/test-database.ts";
import { readSettings } from "#lib/config/env.ts";
import type { TaskPreview } from "#lib/core/preview-view.ts";
import { previewTask, type PreviewRequest } from "#lib/executions/preview-task.ts";
import { closeDatabase, openDatabase } from "#lib/store/database.ts";

/** The default connection: a cluster at an address where nobody listens, with the namespace `jobs`. */
export const AWAY = "context:away";

/** What previews stand on that ask no cluster. */
export interface PreviewStage {
  preview(request: Partial<PreviewRequest> & { source: string }): Promise<TaskPreview>;
  /** By default it gives up as late as the test. */
  ask(request: PreviewRequest, signal: AbortSignal): Promise<TaskPreview>;
  close(): Promise<void>;
}

export async function openPreviewStage(): Promise<PreviewStage> {
  const testDatabase = await createTestDatabase();
  openDatabase(testDatabase.url, 5);
  const folder = await mkdtemp(join(tmpdir(), "podflow-preview-"));
  await mkdir(join(folder, ".kube"));
  const kubeconfig = {
    "current-context": "away",
    contexts: [{ name: "away", context: { cluster: "c", user: "u", namespace: "jobs" } }],
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name: "u", user: { token: "t" } }],
  };
  await writeFile(join(folder, ".kube", "config"), JSON.stringify(kubeconfig));
  const env = { PODFLOW_DATA: folder, HOME: folder, PODFLOW_CHECK_IMAGES: "false" };
  const settings = readSettings(env);
  const ask: PreviewStage["ask"] = (request, signal) => previewTask(request, signal, settings);
  return {
    ask,
    preview: (request) =>
      ask(
        { taskId: null, line: null, connectionId: AWAY, ...request },
        AbortSignal.timeout(90_000),
      ),
    close: async () => {
      await closeDatabase();
      await testDatabase.drop();
      await rm(folder, { recursive: true });
    },
  };
}

/** A server in the place of a cluster, which lets nobody in. */
export interface ClosedServer {
  url: string;
  /** What the requests were let in by, one for each. */
  logins: string[];
  close(): void;
}

export async function openClosedServer(): Promise<ClosedServer> {
  const logins: string[] = [];
  const server = createServer((request, response) => {
    logins.push(request.headers.authorization ?? "");
    response.writeHead(401).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The system gave no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    logins,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The severity, the check and the line of each finding. */
export function linesOf({ findings }: TaskPreview): string[] {
  return findings.map(
    ({ severity, check, range }) => `${severity} ${check} ${range?.startLine ?? "-"}`,
  );
}
