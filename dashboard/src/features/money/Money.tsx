import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Blocked } from "./Blocked";
import { Limits } from "./Limits";
import { Prices } from "./Prices";
import { Refused } from "./Refused";
import { Statement } from "./Statement";

/** What may be spent, who is kept out, and what things cost. */
export function Money() {
  const { t } = useLingui();
  return (
    <Page title={t`Limits and money`}>
      <Statement />
      <Limits />
      <Refused />
      <Blocked />
      <Prices />
    </Page>
  );
}
