import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CollectedFile, RefusedFile } from "../contract.ts";
import { attemptFolderAt } from "./attempt-folder.ts";
import { collectFiles } from "./collect-files.ts";

const NOBODY = 65_534;
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "podflow-collect-"));
  await mkdir(attemptFolderAt(root).work, { recursive: true });
  await chmod(root, 0o755);
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** Everything, as a user who has no rights of an administrator. */
async function collectAll(): Promise<{ files: CollectedFile[]; refused: RefusedFile[] }> {
  const user = process.geteuid?.();
  let refused: RefusedFile[] = [];
  if (user === 0) process.seteuid?.(NOBODY);
  try {
    const files = await collectFiles(
      attemptFolderAt(root),
      {
        choose: (all, others) => {
          refused = others;
          return all.map(({ path }) => path);
        },
        receive: () => Promise.resolve(),
      },
      AbortSignal.timeout(60_000),
    );
    return { files, refused };
  } finally {
    if (user === 0) process.seteuid?.(user);
  }
}

test.each([
  ["cannot be entered or listed", 0o000],
  ["can be listed alone", 0o444],
])("a folder that %s is told, and the rest is there", async (_name, mode) => {
  const { work } = attemptFolderAt(root);
  await mkdir(join(work, "tmp/deep"), { recursive: true });
  for (const path of ["report.csv", "tmp/x"]) await writeFile(join(work, path), "x");
  await chmod(join(work, "tmp"), mode);
  const { files, refused } = await collectAll();
  expect(files.map(({ path }) => path)).toEqual(["report.csv"]);
  expect(refused).toEqual([{ path: "tmp", why: "cannot be read", isFolder: true }]);
  await chmod(join(work, "tmp"), 0o755);
});

test("a working directory that cannot be read has no output files to be had", async () => {
  await chmod(attemptFolderAt(root).work, 0o000);
  await expect(collectAll()).rejects.toMatchObject({ kind: "output-files", fault: "user" });
});
