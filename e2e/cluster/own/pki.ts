import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import type { Network } from "./network.ts";

/** Makes an authority and the certificates of one cluster in `folder`. */
export async function makeCertificates(folder: string, network: Network): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const local = "IP:127.0.0.1";
  await makeAuthority(folder, "ca");
  await makeCertificate(
    folder,
    "apiserver",
    "/CN=kube-apiserver",
    `subjectAltName=DNS:localhost,DNS:kubernetes,DNS:kubernetes.default.svc,${local},IP:${network.api}`,
  );
  await makeCertificate(
    folder,
    "admin",
    "/O=system:masters/CN=admin",
    "extendedKeyUsage=clientAuth",
  );
  await makeCertificate(
    folder,
    "kubelet-server",
    "/CN=kubelet",
    `subjectAltName=DNS:localhost,${local},IP:${network.node}`,
  );
  await openssl(folder, ["genrsa", "-out", "sa.key", "2048"]);
}

/** Makes a self-signed authority: `<name>.crt` and `<name>.key`. */
export async function makeAuthority(folder: string, name: string): Promise<void> {
  const files = ["-keyout", `${name}.key`, "-out", `${name}.crt`];
  const subject = ["-subj", `/CN=podflow-test-${name}`, "-days", "3650"];
  await openssl(folder, ["req", "-x509", ...newKey(), ...files, ...subject]);
}

async function makeCertificate(folder: string, name: string, subject: string, extension: string) {
  const request = `${name}.csr`;
  const extensions = `${name}.ext`;
  await writeFile(join(folder, extensions), `${extension}\n`);
  await openssl(folder, [
    "req",
    ...newKey(),
    "-keyout",
    `${name}.key`,
    "-out",
    request,
    "-subj",
    subject,
  ]);
  await openssl(folder, [
    "x509",
    "-req",
    "-in",
    request,
    "-CA",
    "ca.crt",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-out",
    `${name}.crt`,
    "-days",
    "3650",
    "-extfile",
    extensions,
  ]);
}

function newKey(): string[] {
  return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
}

async function openssl(folder: string, args: string[]): Promise<void> {
  await runCommand("openssl", args, { cwd: folder });
}

/** A kubeconfig, as JSON (which is YAML), for one server, one authority and one user. */
export function kubeconfigText(server: string, authority: string, user: object): string {
  const clusters = [
    { name: "podflow-test", cluster: { server, "certificate-authority-data": base64(authority) } },
  ];
  const contexts = [{ name: "podflow-test", context: { cluster: "podflow-test", user: "user" } }];
  return JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "podflow-test",
      clusters,
      contexts,
      users: [{ name: "user", user }],
    },
    null,
    2,
  );
}

/** The administrator's kubeconfig for an API server on this port. */
export async function adminKubeconfig(pki: string, port: number): Promise<string> {
  const read = (name: string): Promise<string> => readFile(join(pki, name), "utf8");
  const [authority, certificate, key] = await Promise.all(
    ["ca.crt", "admin.crt", "admin.key"].map(read),
  );
  return kubeconfigText(`https://127.0.0.1:${port}`, authority ?? "", {
    "client-certificate-data": base64(certificate ?? ""),
    "client-key-data": base64(key ?? ""),
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
