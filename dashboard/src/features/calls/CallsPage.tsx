import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Empty } from "@/ui/States";

export function CallsPage() {
  const { t } = useLingui();
  return (
    <Page title={t`Calls`}>
      <Empty title="…" />
    </Page>
  );
}
