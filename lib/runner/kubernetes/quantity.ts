const FACTORS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The amount in units, e.g. 0.5 for `500m`; null when it is none (apimachinery/pkg/api/resource). */
export function amountOf(quantity: string | number): number | null {
  const found = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|(m|n|u|[kMGTPE]i?|Ki)?)$/.exec(
    String(quantity),
  );
  if (!found) return null;
  const [, digits = "", exponent, suffix = ""] = found;
  const factor = exponent === undefined ? FACTORS[suffix] : 10 ** Number(exponent);
  return factor === undefined ? null : Number(digits) * factor;
}
