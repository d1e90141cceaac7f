import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Empty } from "@/ui/States";

export function Today() {
  const { t } = useLingui();
  return (
    <Page title={t`Today`}>
      <Empty title="…" />
    </Page>
  );
}
