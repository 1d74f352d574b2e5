import type { Socket } from "node:net";
import type { ComponentName } from "./components.ts";
import { type Message, sendMessage } from "./protocol.ts";

/** Who is connected to a keeper, and what each has broken and must be mended when it leaves. */
export class Users {
  readonly #holding = new Set<Socket>();
  readonly #all = new Map<Socket, Set<ComponentName>>();

  add(socket: Socket): void {
    this.#all.set(socket, new Set());
  }

  hold(socket: Socket): void {
    this.#holding.add(socket);
  }

  release(socket: Socket): void {
    this.#holding.delete(socket);
  }

  /** Forgets the connection; returns the components that it left frozen or dead. */
  remove(socket: Socket): ComponentName[] {
    this.#holding.delete(socket);
    const broken = [...(this.#all.get(socket) ?? [])];
    this.#all.delete(socket);
    return broken;
  }

  broke(socket: Socket, component: ComponentName): void {
    this.#all.get(socket)?.add(component);
  }

  /** Whoever mends a component mends it for all. */
  mended(component: ComponentName): void {
    for (const broken of this.#all.values()) broken.delete(component);
  }

  tellAll(message: Message): void {
    for (const socket of this.#all.keys()) sendMessage(socket, message);
  }

  get holding(): number {
    return this.#holding.size;
  }

  get connected(): number {
    return this.#all.size;
  }
}
