import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Empty } from "@/ui/States";

export function Settings() {
  const { t } = useLingui();
  return (
    <Page title={t`Settings`}>
      <Empty title="…" />
    </Page>
  );
}
