import { useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { Empty } from "@/ui/States";

export function AgentsPage() {
  const { t } = useLingui();
  return (
    <Page title={t`Agents`}>
      <Empty title="…" />
    </Page>
  );
}
