import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Drawer, SegmentedControl } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { problemOf } from "@/app/api";
import type { CallRecord } from "@/client";
import { Page } from "@/ui/Page";
import { Empty, Failed, Loading, NothingHere } from "@/ui/States";
import { duration, money, When } from "@/ui/values";
import classes from "./CallPage.module.css";
import { Cost } from "./Cost";
import { Facts } from "./Facts";
import { Fix } from "./Fix";
import { Keep } from "./Keep";
import { KeysHelp } from "./KeysHelp";
import { Ledger } from "./Ledger";
import { Listening, lengthOf } from "./Listening";
import { gapsOf, longest } from "./parts";
import type { Picked } from "./picked";
import { type CallSearch, callRoute } from "./routes";
import { storyOf } from "./story";
import { Times } from "./Times";
import { Transcript } from "./Transcript";
import { usePlayer, useRecord, useSound } from "./useCall";
import { useKeys } from "./useKeys";
import { toneOf, Warnings, Why } from "./Why";

/** A call: heard, read, understood, and put right where it is heard. */
export function CallPage() {
  const { t } = useLingui();
  const { callId } = callRoute.useParams();
  const record = useRecord(callId);
  if (record.data) return <Call key={callId} record={record.data} />;
  if (record.error && problemOf(record.error).status === 404) {
    return (
      <Page title={t`A call`}>
        <NothingHere />
      </Page>
    );
  }
  return (
    <Page title={t`A call`}>
      {record.error ? (
        <Failed error={record.error} again={() => void record.refetch()} />
      ) : (
        <>
          <Loading rows={1} height={46} />
          <div className={classes.later}>
            <Loading rows={1} height={196} />
          </div>
          <Loading rows={6} height={64} />
        </>
      )}
    </Page>
  );
}

function Call({ record }: { record: CallRecord }) {
  const { t } = useLingui();
  const navigate = callRoute.useNavigate();
  const { at = 0, view } = callRoute.useSearch();
  const sound = useSound(record);
  const settled = useCallback(
    (place: number) => {
      const moment = place >= 0.1 ? { at: Math.round(place * 10) / 10 } : { at: undefined };
      void navigate({ search: (now: CallSearch) => ({ ...now, ...moment }), replace: true, resetScroll: false });
    },
    [navigate],
  );
  const player = usePlayer(record.id, at, sound, settled);
  const items = useMemo(() => storyOf(record, sound), [record, sound]);
  const gaps = useMemo(() => gapsOf(record.turns), [record]);
  const [picked, setPicked] = useState<Picked | null>(null);
  const [isHelping, help] = useDisclosure(false);
  const editAgent = useCallback(() => {
    if (record.agent_id) void navigate({ to: `/agents/${record.agent_id}` as "/agents" });
  }, [navigate, record.agent_id]);
  useKeys(player, record.turns, help.open, editAgent);
  useBeginning(at);
  const length = lengthOf(record.duration_ms, record.turns, sound);
  const answer = () => {
    const asked = record.unanswered[0];
    const turn = record.turns.find((one) => one.role === "caller" && one.turn === asked?.turn);
    if (!asked || !turn) return;
    player.seek(turn.at_s);
    setPicked({ turn, text: asked.text });
  };
  const side = <Side record={record} player={player} picked={picked} onClose={() => setPicked(null)} />;
  return (
    <Page
      title={titleOf(record, t`hidden number`)}
      aside={<Aside record={record} />}
      sentence={<Why record={record} onAnswer={answer} />}
      tone={toneOf(record)}
    >
      <Warnings record={record} />
      <Listening
        player={player}
        length={length}
        source={record.recording_bytes ? `/v1/calls/${record.id}/recording` : null}
        sound={sound}
        turns={record.turns}
        items={items}
        gaps={gaps}
        medianMs={record.gap_p50_ms}
        silent={<NoSound record={record} />}
        onHelp={help.open}
      />
      <Columns side={side} picked={picked}>
        {record.turns.length > 0 && (
          <SegmentedControl
            classNames={{ root: classes.views, indicator: classes.chosen }}
            aria-label={t`What is shown`}
            value={view ?? "words"}
            onChange={(chosen) =>
              void navigate({
                search: (now: CallSearch) => ({ ...now, view: chosen === "times" ? "times" : undefined }),
                replace: true,
                resetScroll: false,
              })
            }
            data={[
              { value: "words", label: t`What was said` },
              { value: "times", label: t`Where the time went` },
            ]}
          />
        )}
        {record.turns.length === 0 && items.length === 0 ? (
          <Empty title={<Trans>Nothing was said</Trans>}>
            {record.is_whole ? (
              <Trans>Nobody talked in this call. Why it ended stands above.</Trans>
            ) : (
              <Trans>As soon as somebody talks, the words appear here by themselves.</Trans>
            )}
          </Empty>
        ) : view === "times" ? (
          <Times gaps={gaps} player={player} />
        ) : (
          <Transcript
            items={items}
            turns={record.turns}
            sound={sound}
            player={player}
            longestMs={Math.max(1000, longest(gaps)?.latency.gap_ms ?? 0)}
            onPick={setPicked}
          />
        )}
      </Columns>
      <KeysHelp isOpen={isHelping} onClose={help.close} />
    </Page>
  );
}

/** A page that is opened at a moment shows what is said there. */
function useBeginning(at: number): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where the page begins
  useEffect(() => {
    if (at > 0) document.querySelector("[data-turn][data-on]")?.scrollIntoView({ block: "center" });
  }, []);
}

function titleOf(record: CallRecord, hidden: string): string {
  const other = record.direction === "inbound" ? record.from : record.to;
  const caller = record.kind === "browser" ? "" : other || hidden;
  if (!caller) return record.agent_name || record.to;
  const agent = record.agent_name || (record.direction === "inbound" ? record.to : record.from);
  return record.direction === "inbound" ? `${caller} → ${agent}` : `${agent} → ${caller}`;
}

function Aside({ record }: { record: CallRecord }) {
  return (
    <>
      <When at={record.started_at} isExact />
      {record.duration_ms !== null && <> · {duration(record.duration_ms)}</>}
      {record.cost && <> · {money({ currency: "USD", ...record.cost })}</>}
      {record.agent_version !== null && record.agent_id && (
        <>
          {" · "}
          <Link to={`/agents/${record.agent_id}` as "/agents"}>
            <Trans>version {record.agent_version}</Trans>
          </Link>
        </>
      )}
      <Origin record={record} />
    </>
  );
}

function Origin({ record }: { record: CallRecord }) {
  if (record.is_sample)
    return (
      <>
        {" "}
        · <Trans>sample call, made by the simulator</Trans>
      </>
    );
  if (record.kind === "test")
    return (
      <>
        {" "}
        · <Trans>a trial, counted nowhere</Trans>
      </>
    );
  if (record.kind === "browser")
    return (
      <>
        {" "}
        · <Trans>from a browser</Trans>
      </>
    );
  return null;
}

function NoSound({ record }: { record: CallRecord }) {
  if (!record.is_whole) return <Trans>The recording is made when the call is over.</Trans>;
  return <Trans>There is no recording of this call.</Trans>;
}

function Side({
  record,
  player,
  picked,
  onClose,
}: {
  record: CallRecord;
  player: ReturnType<typeof usePlayer>;
  picked: Picked | null;
  onClose: () => void;
}) {
  return (
    <>
      {record.turns.length > 0 && <Fix record={record} picked={picked} onClose={onClose} />}
      <Ledger record={record} player={player} />
      <Cost record={record} />
      <Facts record={record} />
      <Keep record={record} player={player} />
    </>
  );
}

/** The story, and beside it what can be done; narrow pages have that in a drawer. */
function Columns({
  side,
  picked,
  children,
}: {
  side: React.ReactNode;
  picked: Picked | null;
  children: React.ReactNode;
}) {
  const { t } = useLingui();
  const isWide = useMediaQuery("(min-width: 1100px)", true, { getInitialValueInEffect: false });
  const [isOpen, drawer] = useDisclosure(false);
  if (isWide) {
    return (
      <div className={classes.columns}>
        <div>{children}</div>
        <aside className={classes.side} aria-label={t`What can be done here`}>
          {side}
        </aside>
      </div>
    );
  }
  return (
    <>
      {children}
      <div className={classes.handle}>
        <Button variant={picked ? "filled" : "default"} onClick={drawer.open}>
          {picked ? <Trans>Fix these words</Trans> : <Trans>Fix, cost, share</Trans>}
        </Button>
      </div>
      <Drawer
        opened={isOpen}
        onClose={drawer.close}
        position="right"
        size={380}
        title={t`What can be done here`}
        closeButtonProps={{ "aria-label": t`Close` }}
      >
        {side}
      </Drawer>
    </>
  );
}
