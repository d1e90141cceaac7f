import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Empty } from "@/ui/States";

export function Questions() {
  const { t } = useLingui();
  return (
    <Page title={t`Not answered`}>
      <Empty title="…" />
    </Page>
  );
}
