import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { accessFromConnectionConfig, type ConnectionConfig } from "./connection-config.ts";

const PEM = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "podflow-config-files-"));
  await mkdir(join(root, "allowed/..data"), { recursive: true });
  await mkdir(join(root, "allowed-too"));
  await writeFile(join(root, "secret.pem"), PEM);
  await writeFile(join(root, "allowed-too/secret.pem"), PEM);
  await writeFile(join(root, "allowed/..data/ca.crt"), PEM);
  await writeFile(join(root, "allowed/tls.key"), KEY);
  await writeFile(join(root, "allowed/store.jks"), Buffer.from("feedfeed0002", "hex"));
  await writeFile(join(root, "allowed/store.p12"), "nothing");
  await writeFile(join(root, "allowed/large.pem"), "x".repeat(1024 ** 2 + 1));
  // As a secret is mounted into a pod.
  await symlink("..data/ca.crt", join(root, "allowed/ca.crt"));
  await symlink(join(root, "secret.pem"), join(root, "allowed/out.pem"));
  await symlink(root, join(root, "allowed/up"));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

const open = (config: ConnectionConfig, folders = [join(root, "allowed")]) =>
  accessFromConnectionConfig({ masterUrl: "https://k8s:6443", ...config }, null, { folders });
const at = (name: string): string => join(root, "allowed", name);

test("files below an allowed folder are read, also by links inside it", async () => {
  const access = await open({
    caCertFile: at("ca.crt"),
    clientCertFile: at("ca.crt"),
    clientKeyFile: at("tls.key"),
  });
  expect((await access.login()).tls).toEqual({ ca: PEM, cert: PEM, key: KEY });
});

test("a file that was exchanged is read again when the login was refused", async () => {
  const access = await open({ caCertFile: at("ca.crt") });
  const other = PEM.replace("QUJD", "REVG");
  await writeFile(at("ca.crt"), other);
  expect((await access.login()).tls.ca).toBe(PEM);
  expect((await access.login(true)).tls.ca).toBe(other);
});

test("a trust store may be PEM, and data counts more than a file", async () => {
  const data = PEM.replace("QUJD", "REVG");
  expect((await (await open({ trustStoreFile: at("ca.crt") })).login()).tls.ca).toBe(PEM);
  const both = { caCertFile: at("ca.crt"), caCertData: data };
  expect((await (await open(both)).login()).tls.ca).toBe(data);
});

test("without a folder that the operator allows no file is read, and the setting is named", async () => {
  await expect(open({ caCertFile: at("ca.crt") }, [])).rejects.toMatchObject({
    kind: "config",
    place: ["taskRunner", "config", "caCertFile"],
    message: expect.stringContaining("config.caCertFile"),
    remedy: expect.stringContaining("PODFLOW_CONFIG_FOLDERS"),
  });
});

test.each([
  ["outside", "../secret.pem", /not in a folder/],
  ["that does not exist outside", "../nothing.pem", /not in a folder/],
  ["in a folder whose name begins the same", "../allowed-too/secret.pem", /not in a folder/],
  ["by a link that leads outside", "out.pem", /not in a folder/],
  ["below a link that leads outside", "up/secret.pem", /not in a folder/],
  ["that does not exist", "nothing.pem", /cannot be read/],
  ["that is a folder", "..data", /cannot be read/],
  ["that is too large", "large.pem", /cannot be read/],
])("a file %s is refused, and nothing of it is told", async (_name, path, message) => {
  const failure: unknown = await open({ caCertFile: at(path) }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: "config", message: expect.stringMatching(message) });
  expect(JSON.stringify(failure)).not.toContain("BEGIN");
});

test.each([
  ["keyStoreFile", "store.jks", /Java's own format/, /keytool -importkeystore .*PKCS12/],
  ["trustStoreFile", "store.jks", /Java's own format/, /keytool -list -rfc/],
  ["keyStoreFile", "store.p12", /no PKCS#12 store/, /openssl pkcs12/],
  ["trustStoreFile", "store.p12", /no certificates as PEM/, /openssl pkcs12 .*-nokeys/],
])("%s %s is refused with the command that converts it", async (...parts) => {
  const [name, path, message, remedy] = parts;
  await expect(open({ [name]: at(path) })).rejects.toMatchObject({
    kind: "config",
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
  });
});
