import { createServer } from "node:net";

/** @throws Error that says what to change when the address cannot be listened on */
export async function refuseTakenPort(host: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        reject(
          new Error(
            `Port ${port} on ${host} is taken by another program. Set PORT to a free one, for example: PORT=${port + 1} npm start`,
          ),
        );
      } else {
        reject(
          new Error(`Cannot listen on ${host}, port ${port}: ${error.message}. Set HOST or PORT.`),
        );
      }
    });
    server.listen(port, host, () => server.close(() => resolve()));
  });
}
