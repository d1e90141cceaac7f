import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Empty } from "@/ui/States";

export function Live() {
  const { t } = useLingui();
  return (
    <Page title={t`Live`}>
      <Empty title="…" />
    </Page>
  );
}
