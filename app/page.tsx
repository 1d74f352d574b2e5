import { redirect } from "next/navigation";
import { paths } from "#lib/core/paths.ts";

export default function HomePage(): never {
  redirect(paths.flows());
}
