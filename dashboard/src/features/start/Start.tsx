import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getTodayOptions } from "@/client/@tanstack/react-query.gen";
import { Card, Page } from "@/ui/Page";
import { Failed, Loading } from "@/ui/States";
import { startRoute } from "./routes";
import { Steps } from "./Steps";
import { CODES, type Code, isDone, nextOf } from "./steps";

/** From the first look to the first call: a list that ticks itself. */
export function Start() {
  const { t } = useLingui();
  const { step } = startRoute.useSearch();
  const navigate = startRoute.useNavigate();
  const home = useQuery(getTodayOptions());
  const steps = home.data?.steps ?? [];
  const left = CODES.filter((code) => !isDone(steps, code)).length;
  const open = (code: Code | null) => void navigate({ search: code ? { step: code } : {}, replace: true });
  return (
    <Page
      title={t`Start`}
      tone={home.data && left === 0 ? "good" : "plain"}
      sentence={
        home.data &&
        (left === 0 ? (
          <Trans>All is done: your telephone is answered.</Trans>
        ) : (
          <>
            <Trans>From here to a telephone that is answered takes about ten minutes.</Trans>{" "}
            <Plural value={left} one="One step is left." other="# steps are left." />{" "}
            <Trans>Each is ticked by what the server sees.</Trans>
          </>
        ))
      }
    >
      {home.isPending && <Loading rows={5} height={64} />}
      {home.isError && <Failed error={home.error} again={() => void home.refetch()} />}
      {home.data && (
        <Card>
          <Steps steps={steps} open={step ?? nextOf(steps)} onOpen={open} />
        </Card>
      )}
    </Page>
  );
}
