import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../run.ts";

const HARD_LIMIT = 400;
const MEDIAN_LIMIT = 95;
const P95_LIMIT = 330;
const PAGE_LIMIT = 80;
const BANNED_NAMES = /(^|\/)(index|utils|helpers|types|common|misc|shared)\.tsx?$/;

/** Rules of the tree that no other tool checks. Returns one sentence for each breach. */
export function treeProblems(): string[] {
  const files = trackedFiles();
  const sources = files.filter((file) =>
    /^(app|components|lib|prisma|scripts|e2e)\/.*\.tsx?$/.test(file),
  );
  return [
    ...sizeProblems(sources),
    ...sources
      .filter((file) => BANNED_NAMES.test(file))
      .map((file) => `${file}: its name says nothing; name it after what it holds.`),
    ...sources.flatMap(environmentProblems),
    ...sources.flatMap(clientPageProblems),
    ...files.filter((file) => /^(README|docs\/).*\.md$/.test(file)).flatMap(linkProblems),
  ];
}

/** What git tracks or would track: what is committed next. */
function trackedFiles(): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26 })
    .split("\n")
    .filter((file) => file !== "" && existsSync(join(ROOT, file)));
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

function sizeProblems(sources: string[]): string[] {
  const product = sources.filter(
    (file) => /^(app|components|lib)\//.test(file) && !/\.test\.tsx?$/.test(file),
  );
  const sizes = product.map((file) => read(file).split("\n").length).toSorted((a, b) => a - b);
  const at = (share: number): number => sizes[Math.floor(sizes.length * share)] ?? 0;
  const problems = sources
    .filter((file) => read(file).split("\n").length > HARD_LIMIT + 1)
    .map(
      (file) => `${file}: longer than ${HARD_LIMIT} lines; split it by stage of life or by verb.`,
    );
  if (at(0.5) > MEDIAN_LIMIT)
    problems.push(`The median file has ${at(0.5)} lines; the norm is ${MEDIAN_LIMIT}.`);
  if (at(0.95) > P95_LIMIT)
    problems.push(`One file in twenty has ${at(0.95)} lines or more; the norm is ${P95_LIMIT}.`);
  const pages = product.filter((file) => /^app\/.*\/?page\.tsx$/.test(file));
  for (const file of pages.filter((page) => read(page).split("\n").length > PAGE_LIMIT)) {
    problems.push(`${file}: a page loads, arranges and returns; longer than ${PAGE_LIMIT} lines.`);
  }
  return problems;
}

function environmentProblems(file: string): string[] {
  if (
    !/^(app|components|lib)\//.test(file) ||
    file.startsWith("lib/config/") ||
    /\.test\.tsx?$/.test(file)
  )
    return [];
  return /\bprocess\.env\b/.test(read(file))
    ? [`${file}: reads process.env; settings come from lib/config/env.ts.`]
    : [];
}

function clientPageProblems(file: string): string[] {
  if (!/^app\/.*(page|layout)\.tsx$/.test(file)) return [];
  return /^["']use client["']/m.test(read(file))
    ? [`${file}: a page runs on the server; put what needs a browser into components/.`]
    : [];
}

/** A file that a document names in a link or in backticks with a folder before it must exist. */
function linkProblems(file: string): string[] {
  const named = [
    ...read(file).matchAll(
      /\]\(((?!https?:|#|mailto:)[^)#\s]+)[^)]*\)|`((?:app|components|lib|prisma|e2e|scripts|docs)\/[\w./[\]-]+\.\w+)`/g,
    ),
  ];
  return named
    .map((match) => match[1] ?? match[2] ?? "")
    .filter((name) => !existsSync(join(ROOT, file, "..", name)) && !existsSync(join(ROOT, name)))
    .map((name) => `${file}: names ${name}, which does not exist.`);
}
