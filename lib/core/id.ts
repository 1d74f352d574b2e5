import { v7 } from "uuid";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH = 22;

/**
 * A new id: 22 characters of base 62 (Kestra's form), made of a version 7 UUID, so that ids sort by
 * the time of their making when compared by character code (`COLLATE "C"`).
 */
export function newId(): string {
  let rest = BigInt(`0x${v7().replaceAll("-", "")}`);
  let text = "";
  for (let index = 0; index < LENGTH; index += 1) {
    text = DIGITS.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}
