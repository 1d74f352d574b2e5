import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeKubeconfig } from "../kubeconfig.ts";
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

/** Writes the administrator's kubeconfig for an API server on this port. */
export async function writeAdminKubeconfig(state: string, port: number): Promise<void> {
  const read = (name: string): Promise<string> => readFile(join(state, "pki", name), "utf8");
  await writeKubeconfig(state, "kubeconfig", {
    server: `https://127.0.0.1:${port}`,
    authority: await read("ca.crt"),
    certificate: await read("admin.crt"),
    key: await read("admin.key"),
    token: "",
  });
}
