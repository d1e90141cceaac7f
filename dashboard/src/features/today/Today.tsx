import { useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getTodayOptions } from "@/client/@tanstack/react-query.gen";
import { Checklist } from "@/features/start/Checklist";
import { Page } from "@/ui/Page";
import { Failed, Loading } from "@/ui/States";
import { HowItGoes } from "./HowItGoes";
import { LastCalls } from "./LastCalls";
import { LiveNow } from "./LiveNow";
import { NeedsYou } from "./NeedsYou";
import { Standing, toneOf } from "./Standing";
import classes from "./Today.module.css";
import { Upgraded } from "./Upgraded";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The home: how it stands, what needs somebody, who is on the line, how the days go, what to do next. */
export function Today() {
  const { t, i18n } = useLingui();
  const home = useQuery({ ...getTodayOptions({ query: { tz: ZONE } }), refetchInterval: 60_000 });
  const day = new Intl.DateTimeFormat(i18n.locale, { weekday: "long", day: "numeric", month: "long" });
  return (
    <Page
      title={t`Today`}
      aside={day.format(new Date())}
      tone={home.data ? toneOf(home.data) : "plain"}
      sentence={home.data ? <Standing home={home.data} /> : undefined}
    >
      <Upgraded />
      {home.isPending && <Loading rows={4} height={120} />}
      {home.isError && <Failed error={home.error} again={() => void home.refetch()} />}
      {home.data && (
        <div className={classes.columns}>
          <div className={classes.work}>
            <LiveNow calls={home.data.live_calls} />
            {/* What somebody waits for comes before what would be good to have. */}
            {home.data.open_tasks > 0 && <NeedsYou home={home.data} />}
            <Checklist steps={home.data.steps} />
            {home.data.open_tasks === 0 && <NeedsYou home={home.data} />}
          </div>
          <div className={classes.evidence}>
            <HowItGoes home={home.data} />
          </div>
          <div className={classes.last}>
            <LastCalls />
          </div>
        </div>
      )}
    </Page>
  );
}
