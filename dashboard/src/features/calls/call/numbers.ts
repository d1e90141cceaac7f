import { useLingui } from "@lingui/react";
import type { Money } from "@/client";

export { number } from "@/ui/values";

/** Money on a receipt: all its places, since it has to add up. */
export function useMoney(): { exact: (money: Money) => string } {
  const { i18n } = useLingui();
  return {
    exact: ({ amount, currency = "USD" }) =>
      new Intl.NumberFormat(i18n.locale, {
        style: "currency",
        currency,
        minimumFractionDigits: 2,
        maximumFractionDigits: 9,
      }).format(amount as Intl.StringNumericLiteral),
  };
}
