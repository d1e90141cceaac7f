import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Empty } from "@/ui/States";

export function Money() {
  const { t } = useLingui();
  return (
    <Page title={t`Limits and money`}>
      <Empty title="…" />
    </Page>
  );
}
