import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Seconds in which `kubectl exec … cat` brings the bytes of a file into a pod and out again. A shell
 * that becomes its last command breaks off on containerd 2.3, and so there is another one behind.
 */
export async function secondsOfCat(
  kubeconfigPath: string,
  pod: string,
  { path, bytes }: { path: string; bytes: number },
): Promise<number> {
  const exec = `kubectl --kubeconfig ${kubeconfigPath} exec`;
  const began = performance.now();
  await shell(`${exec} -i ${pod} -- sh -c 'cat > /tmp/f; true' < ${path}`);
  const out = await shell(`${exec} ${pod} -- cat /tmp/f | wc -c`);
  const seconds = (performance.now() - began) / 1000;
  if (Number(out) !== bytes) throw new Error(`kubectl brought ${out.trim()} of ${bytes} bytes.`);
  return seconds;
}

async function shell(line: string): Promise<string> {
  const child = spawn("sh", ["-c", line], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, words] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (words += text));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`This failed: ${line}\n${words}`);
  return out;
}
