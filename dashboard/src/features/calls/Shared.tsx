import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Empty } from "@/ui/States";

export function Shared() {
  const { t } = useLingui();
  return (
    <Page title={t`A call`}>
      <Empty title="…" />
    </Page>
  );
}
