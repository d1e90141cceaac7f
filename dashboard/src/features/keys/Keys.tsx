import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Empty } from "@/ui/States";

export function Keys() {
  const { t } = useLingui();
  return (
    <Page title={t`Keys`}>
      <Empty title="…" />
    </Page>
  );
}
