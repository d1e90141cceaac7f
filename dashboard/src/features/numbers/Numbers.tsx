import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Empty } from "@/ui/States";

export function Numbers() {
  const { t } = useLingui();
  return (
    <Page title={t`Numbers`}>
      <Empty title="…" />
    </Page>
  );
}
