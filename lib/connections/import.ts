import { readSettings, type Settings } from "#lib/config/env.ts";
import { AppError } from "#lib/core/app-error.ts";
import type { ConnectionView } from "#lib/core/connection-view.ts";
import { newId } from "#lib/core/id.ts";
import { RunnerError } from "#lib/runner/contract.ts";
import { accessFromKubeconfig } from "#lib/runner/kubernetes/access.ts";
import { readContext, readKubeconfig } from "#lib/runner/kubernetes/kubeconfig.ts";
import { database } from "#lib/store/database.ts";
import { listConnections } from "./read.ts";
import { loadKey, seal } from "./secret-box.ts";

interface Draft {
  name: string;
  server: string;
  namespace: string;
  /** A kubeconfig of this context alone. */
  text: string;
}

/**
 * Makes a connection of every context in the kubeconfig, all or none. One that was imported before
 * (same name, same server) gets the new login and keeps its id.
 * @throws AppError `invalid` that says which context cannot be used, and why
 */
export async function importKubeconfig(
  text: string,
  settings: Settings = readSettings(),
): Promise<ConnectionView[]> {
  const drafts = readDrafts(text, settings);
  const key = await loadKey(settings);
  const ids = await database().$transaction(async (tx) => {
    const made: string[] = [];
    for (const { name, server, namespace, text: ownText } of drafts) {
      const before = await tx.connection.findFirst({
        where: { kind: "imported", name, server },
        select: { id: true },
      });
      const id = before?.id ?? `imported:${newId()}`;
      const kubeconfig = seal(ownText, id, key);
      const data = { name, server, namespace, context: name, kubeconfig };
      await tx.connection.upsert({
        where: { id },
        create: { id, kind: "imported", ...data },
        update: data,
      });
      made.push(id);
    }
    return made;
  });
  return (await listConnections(settings)).filter(({ id }) => ids.includes(id));
}

function readDrafts(text: string, settings: Settings): Draft[] {
  const kubeconfig = inWords(() => readKubeconfig({ text: text.trim() === "" ? "{}" : text }));
  const names = kubeconfig.contexts.map(({ name }) => name);
  if (names.length === 0)
    throw new AppError(
      "invalid",
      "The kubeconfig has no context. Take the output of: kubectl config view --minify --flatten --raw",
    );
  return names.map((name) =>
    inWords(() => draftOf(kubeconfig, name, settings), name, names.length),
  );
}

function draftOf(
  kubeconfig: ReturnType<typeof readKubeconfig>,
  name: string,
  settings: Settings,
): Draft {
  const { context, cluster, user } = readContext(kubeconfig, { context: name });
  const text = JSON.stringify({
    "current-context": name,
    contexts: [{ name, context }],
    clusters: [{ name: context.cluster, cluster }],
    users: context.user ? [{ name: context.user, user }] : [],
  });
  // Refuses here and now what would be refused when a task runs.
  const access = accessFromKubeconfig({
    text,
    context: name,
    allowsExec: settings.allowsKubeconfigExec,
    allowsFiles: false,
  });
  return { name, server: access.server, namespace: access.namespace ?? "default", text };
}

function inWords<T>(read: () => T, context?: string, count = 1): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    const where = context === undefined ? "" : `Context "${context}": `;
    const others =
      count > 1
        ? " Nothing was imported; a single context can be had with: kubectl config view --minify --flatten --raw --context NAME"
        : "";
    throw new AppError("invalid", `${where}${error.message} ${error.remedy}${others}`, {
      cause: error,
    });
  }
}
