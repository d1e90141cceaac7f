import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Empty } from "@/ui/States";

export function System() {
  const { t } = useLingui();
  return (
    <Page title={t`System`}>
      <Empty title="…" />
    </Page>
  );
}
