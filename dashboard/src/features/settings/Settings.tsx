import { Trans, useLingui } from "@lingui/react/macro";
import { Link, Outlet } from "@tanstack/react-router";
import { Page } from "@/ui/Page";
import classes from "./Settings.module.css";

/** What is set once: oneself, people, keys of programs, webhooks, and who changed what. */
export function Settings() {
  const { t } = useLingui();
  return (
    <Page title={t`Settings`}>
      <nav className={classes.tabs} aria-label={t`Settings`}>
        <Link to="/settings" activeOptions={{ exact: true }}>
          <Trans>You and the workspace</Trans>
        </Link>
        <Link to="/settings/people">
          <Trans>People</Trans>
        </Link>
        <Link to="/settings/api-keys">
          <Trans>API keys</Trans>
        </Link>
        <Link to="/settings/webhooks">
          <Trans>Webhooks</Trans>
        </Link>
        <Link to="/settings/audit">
          <Trans>Audit</Trans>
        </Link>
      </nav>
      <Outlet />
    </Page>
  );
}
