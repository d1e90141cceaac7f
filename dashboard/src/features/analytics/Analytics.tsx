import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Empty } from "@/ui/States";

export function Analytics() {
  const { t } = useLingui();
  return (
    <Page title={t`Analytics`}>
      <Empty title="…" />
    </Page>
  );
}
