import type { PreviewFinding } from "#lib/core/preview-view.ts";

/** How many findings there are of each kind, in words. */
export function findingCounts(findings: readonly PreviewFinding[]): string {
  const count = (wanted: PreviewFinding["severity"]) =>
    findings.filter(({ severity }) => severity === wanted).length;
  const [errors, warnings, unchecked] = [count("error"), count("warning"), count("not-checked")];
  const stands = [
    ...(errors > 0 ? [plural(errors, "error")] : []),
    ...(warnings > 0 ? [plural(warnings, "warning")] : []),
  ];
  const lead = stands.length > 0 ? stands.join(", ") : "Nothing stands against it";
  return unchecked > 0 ? `${lead}, ${unchecked} not checked` : lead;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
