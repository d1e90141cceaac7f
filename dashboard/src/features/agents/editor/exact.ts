import { i18n } from "@lingui/core";

/** A setting as it is: at most two places, and none that say nothing. */
export function exact(value: number): string {
  return new Intl.NumberFormat(i18n.locale, { maximumFractionDigits: 2 }).format(value);
}
